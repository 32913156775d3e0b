import assert from 'node:assert/strict'
import type { Claims } from '#federation/oidc/claims.ts'
import type { ConnectionType } from '#federation/federation.ts'
import { providerOf } from '#federation/oidc/provider.ts'
import { connectionOf } from './oidc-upstream.ts'

/** The rules of a provider, whatever its connection is set to. */
export function rulesOf(type: ConnectionType, settings: object) {
  const provider = providerOf(connectionOf(type, { client_id: 'signet', ...settings }))
  assert.ok(provider)
  return provider
}

export function identify(type: ConnectionType, settings: object, token: Claims, userinfo?: Claims) {
  return rulesOf(type, settings).identify({ token: { sub: 'ada', ...token }, userinfo })
}

/** The address and whether it is believed; or what is wrong. */
export function address(...input: Parameters<typeof identify>): string {
  const who = identify(...input)
  if (typeof who === 'string') return who
  return `${String(who.email)} ${who.emailVerified ? 'verified' : 'unverified'}`
}
