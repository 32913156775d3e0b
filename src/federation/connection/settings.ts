import { z } from 'zod'
import type { Connection, ConnectionType } from '../federation.ts'
import {
  appleSettings,
  githubSettings,
  googleSettings,
  microsoftSettings,
  oidcSettings,
} from './oauth-settings.ts'
import { samlSettings } from './saml-settings.ts'
import { sharedSettings } from './shared-settings.ts'

/** The names of a seed file, flat: what every connection has, then what its type has. None of them is secret. */
export const settingsShapes = {
  oidc: { ...sharedSettings, ...oidcSettings },
  google: { ...sharedSettings, ...googleSettings },
  microsoft: { ...sharedSettings, ...microsoftSettings },
  github: { ...sharedSettings, ...githubSettings },
  apple: { ...sharedSettings, ...appleSettings },
  saml: { ...sharedSettings, ...samlSettings },
} as const satisfies Record<ConnectionType, z.ZodRawShape>

/** What a connection of a type is set to: `SettingsOf<'saml'>`. */
export type SettingsOf<Type extends ConnectionType> = z.output<
  z.ZodObject<(typeof settingsShapes)[Type]>
>

export type AnySettings = { [Type in ConnectionType]: SettingsOf<Type> }[ConnectionType]

/** Whether a connection is of this type, and so what its settings are. */
export function isOfType<Type extends ConnectionType>(
  connection: Connection,
  type: Type,
): connection is Connection<SettingsOf<Type>> & { readonly type: Type } {
  return connection.type === type
}

/**
 * What was stored, as the settings of today: a newer release may have written a name this one does not know (R12), an
 * older one did not know a default.
 */
export function readSettings(type: ConnectionType, stored: unknown): AnySettings {
  return storedShapes[type].parse(stored)
}

const storedShapes: { readonly [Type in ConnectionType]: z.ZodType<SettingsOf<Type>> } = {
  oidc: z.object(settingsShapes.oidc),
  google: z.object(settingsShapes.google),
  microsoft: z.object(settingsShapes.microsoft),
  github: z.object(settingsShapes.github),
  apple: z.object(settingsShapes.apple),
  saml: z.object(settingsShapes.saml),
}

/** What holds the secret, in the names of a seed file. SAML's key pair is drawn here and never brought along. */
export const secretNames = {
  oidc: 'client_secret',
  google: 'client_secret',
  microsoft: 'client_secret',
  github: 'client_secret',
  apple: 'private_key',
  saml: undefined,
} as const satisfies Record<ConnectionType, string | undefined>

/** What the type is called where nobody named the connection. */
export const defaultNames: Readonly<Record<ConnectionType, string | undefined>> = {
  google: 'Google',
  microsoft: 'Microsoft',
  github: 'GitHub',
  apple: 'Apple',
  oidc: undefined,
  saml: undefined,
}
