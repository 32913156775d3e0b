import assert from 'node:assert/strict'
import { it } from 'node:test'
import {
  readResponse,
  type ResponseRead,
  type SamlReason,
  type SamlRefusal,
  type Situation,
} from '#federation/saml/inbound/inbound.ts'
import { assertion, encode, response, situation, type AssertionParts } from './saml-messages.ts'
import { sign } from './saml-signing.ts'

/** What is wrong with it, the stable reason it is refused with, the message, and what differs around it. */
export type Hostile = readonly [
  what: string,
  reason: SamlReason,
  xml: () => string | Buffer,
  changed?: Partial<Situation>,
]

/** One test each. */
export function refuses(cases: readonly Hostile[]): void {
  for (const [what, reason, xml, changed] of cases)
    it(`refuses ${what}`, () => {
      const read = receive(xml(), { ...situation, ...changed })
      assert.ok(read.kind === 'refused', 'it was taken')
      assert.equal(read.reason, reason, read.detail)
      assert.ok(read.detail.length <= 300 && !/\p{Cc}/u.test(read.detail))
    })
}

export function receive(xml: string | Buffer, given: Situation): ResponseRead | SamlRefusal {
  return readResponse({
    ...given,
    encoded: typeof xml === 'string' ? encode(xml) : xml.toString('base64'),
  })
}

/** A response whose assertion is signed as it is. */
export function signedWith(parts: AssertionParts = {}): string {
  return sign(response(assertion(parts)), '_assertion1')
}

/** A signed message, and its parts to be put together otherwise. */
export function dissect(signed: string, name: 'Assertion' | 'Response' | 'LogoutRequest') {
  const whole = cut(signed, new RegExp(`<(saml|samlp):${name} .*</\\1:${name}>`, 's'))
  const signature = cut(whole, /<ds:Signature .*<\/ds:Signature>/s)
  return { whole, signature, bare: whole.replace(signature, '') }
}

export function cut(text: string, pattern: RegExp): string {
  const [found] = pattern.exec(text) ?? []
  if (found === undefined) throw new Error(`${pattern} is not in it`)
  return found
}

/** Replaces what must be there: a test whose text does not change tests nothing. */
export function swap(text: string, from: string | RegExp, to: string): string {
  const changed = text.replace(from, () => to)
  if (changed === text) throw new Error(`${from} is not in it`)
  return changed
}
