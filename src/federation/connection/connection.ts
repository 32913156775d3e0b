import type { Tenant } from '#tenant/tenant.ts'
import { connectionUrl, connectionUrls, type Connection, type Errand } from '../federation.ts'
import { needsSecret } from './rules.ts'
import type { AnySettings } from './settings.ts'
import type { SharedSettings } from './shared-settings.ts'
import type { ManagedConnection } from './vocabulary.ts'

export { newClientKey, type ClientKeyAlg } from './client-key.ts'
export { checkConnection } from './check.ts'
export type { CheckedConnection, CheckedDocument } from './check.ts'
export { documentOf } from './document.ts'
export { isOfType, secretNames } from './settings.ts'
export type { AnySettings, SettingsOf } from './settings.ts'
export type { SharedSettings } from './shared-settings.ts'
export type * from './vocabulary.ts'

/** What the other side is told of us. */
export function urlsOf(
  tenant: Pick<Tenant, 'issuer'>,
  connection: Pick<ManagedConnection, 'id' | 'type' | 'publicKeys'>,
): Readonly<Record<string, string>> {
  const urls = connectionUrls(tenant, connection)
  if (connection.publicKeys.length === 0) return urls
  return { ...urls, jwks_uri: connectionUrl(tenant, connection.id, 'jwks') }
}

/** Whether it cannot be activated yet. */
export function isWaitingForSecret(connection: ManagedConnection): boolean {
  return !connection.hasSecret && needsSecret(connection.type, connection.settings)
}

/** What every connection is set to, whatever it speaks. */
export function sharedSettingsOf(connection: Connection): SharedSettings {
  return connection.settings as AnySettings // read by `readSettings`, or checked a moment ago
}

/** Whether what people let us do over there is kept. */
export function keepsTokens({ settings }: Pick<Connection, 'settings'>): boolean {
  return Reflect.get(settings as AnySettings, 'stores_tokens') === true // not every type has it
}

/** Whether somebody may leave by it, or come back: asked on both ways, of the connection as it is at that moment. */
export function mayServe(
  { status }: Pick<Connection, 'status'>,
  { purpose }: Pick<Errand, 'purpose'>,
): boolean {
  return status === 'active' || (status === 'draft' && purpose === 'test')
}
