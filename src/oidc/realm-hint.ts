import { isAcr } from '#client/client.ts'
import type { RealmHint } from './oidc.ts'

type Params = Readonly<Record<string, unknown>>

/** Parameters the engine would otherwise drop: Microsoft's, Google's, Keycloak's word for it. */
export const realmParameters = ['idp_hint', 'domain_hint', 'hd'] as const

/** One of ours among the `acr_values` of an application that can set nothing else. */
export const connectionAcrPrefix = 'urn:signet:connection:'

/** A connection by its name wins over a domain. */
export function realmHintOf(params: Params): RealmHint | undefined {
  const id = text(params['idp_hint']) ?? connectionIn(acrValuesOf(params))
  if (id !== undefined) return { kind: 'connection', id }
  const domain = text(params['domain_hint']) ?? text(params['hd'])
  return domain === undefined ? undefined : { kind: 'domain', domain }
}

/** What only somebody else can know the meaning of. */
export function foreignAcrValuesOf(params: Params): readonly string[] {
  return acrValuesOf(params).filter(
    (value) => !isAcr(value) && !value.startsWith(connectionAcrPrefix),
  )
}

function connectionIn(values: readonly string[]): string | undefined {
  return values
    .find((value) => value.startsWith(connectionAcrPrefix))
    ?.slice(connectionAcrPrefix.length)
}

function acrValuesOf({ acr_values: values }: Params): readonly string[] {
  return text(values)?.split(' ').filter(Boolean) ?? []
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
