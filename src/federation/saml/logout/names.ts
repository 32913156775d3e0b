import { z } from 'zod'
import { sha256 } from '#kit/hash.ts'
import type { NameId } from '../inbound/inbound.ts'

/** Somebody over there, as a session of ours keeps it: who said it, to whom, and of whom. */
export type ForeignName = { readonly peer: string; readonly self: string; readonly nameId: NameId }

const hint = z.object({
  peer: z.string(),
  self: z.string(),
  nameId: z.object({
    value: z.string(),
    format: z.string().optional(),
    nameQualifier: z.string().optional(),
    spNameQualifier: z.string().optional(),
  }),
})

export function hintOf(name: ForeignName): string {
  return JSON.stringify(name)
}

/** As `hintOf` wrote it. */
export function readHint(text: string): ForeignName {
  return hint.parse(JSON.parse(text))
}

const unspecified = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'

/**
 * All of it together, and what is left out as what it means then: no format (SAML Core §2.2.2), the one who says it and the
 * one it is said to (§8.3.7).
 */
export function nameKeyOf({ peer, self, nameId }: ForeignName): string {
  const { value, format = unspecified, nameQualifier = peer, spNameQualifier = self } = nameId
  return sha256(JSON.stringify([peer, value, format, nameQualifier, spNameQualifier]))
}

/** Empty for none: no other has that key. */
export function indexKeyOf(index: string | undefined): string {
  return index === undefined ? '' : sha256(index)
}
