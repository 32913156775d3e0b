import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { checkClientMetadata, type CheckedMetadata } from '#client/check.ts'
import type { ClientOrigin } from '#client/metadata.ts'

/** Client metadata as somebody sends it. */
export type Input = Record<string, unknown>

export const redirect_uris = ['https://app.example.test/cb']

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const { privateKey } = pair
export const publicJwk = pair.publicKey.export({ format: 'jwk' })
export const jwks = { keys: [publicJwk] }

/** What is taken from metadata that must be valid. */
export function valid(input: Input, origin: ClientOrigin = 'seed') {
  const checked = checkClientMetadata(input, origin)
  assert.equal(checked.outcome, 'valid', JSON.stringify(checked))
  return checked.outcome === 'valid' ? checked : assert.fail()
}

/** Every problem that is found, `field: message` each; none when it is valid. */
export function problems(input: unknown, origin: ClientOrigin = 'seed'): readonly string[] {
  const checked: CheckedMetadata = checkClientMetadata(input, origin)
  return checked.outcome === 'valid'
    ? []
    : checked.problems.map(({ field, message }) => `${field}: ${message}`)
}
