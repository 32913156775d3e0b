import { z } from 'zod'
import type { RelyingParty } from './passkey.ts'

/**
 * What browsers answer, read from text that a stranger may have written. Only what is looked at is taken over; base64url
 * in its one canonical form, so that no two texts mean one credential.
 */
const base64url = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((text) => Buffer.from(text, 'base64url').toString('base64url') === text)

const clientData = z.object({
  type: z.string(),
  challenge: z.string().min(1).max(128),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.unknown().optional(),
})

export type ClientData = z.infer<typeof clientData>

// an id may come longer than the longest we keep: then that is what is wrong with it
const frame = { id: base64url(4096), rawId: z.string(), type: z.literal('public-key') }

const assertion = z.object({
  ...frame,
  response: z.object({
    clientDataJSON: base64url(8192),
    authenticatorData: base64url(8192),
    signature: base64url(4096),
    userHandle: base64url(128).nullish(),
  }),
})

const attestation = z.object({
  ...frame,
  response: z.object({
    clientDataJSON: base64url(8192),
    attestationObject: base64url(49_152),
    transports: z
      .array(z.string().regex(/^[a-z-]{1,32}$/))
      .max(8)
      .catch([])
      .default([]),
  }),
})

export type Assertion = z.infer<typeof assertion> & { readonly clientData: ClientData }
export type Attestation = z.infer<typeof attestation> & { readonly clientData: ClientData }

export function readAssertion(text: string): Assertion | undefined {
  return read(assertion, text)
}

export function readAttestation(text: string): Attestation | undefined {
  return read(attestation, text)
}

/**
 * WebAuthn L3 §7.1 and §7.2, steps on the client data. The library leaves `crossOrigin` out at registration, and lets it
 * pass at sign-in when no `topOrigin` comes along: no page of ours may be framed, so neither is ever right.
 */
export function isFromOurPage(
  { type, origin, crossOrigin, topOrigin }: ClientData,
  expected: { readonly type: 'webauthn.create' | 'webauthn.get'; readonly rp: RelyingParty },
): boolean {
  if (type !== expected.type || origin !== expected.rp.origin) return false
  return crossOrigin !== true && topOrigin === undefined
}

type Answer = { readonly response: { readonly clientDataJSON: string } }

function read<T extends Answer>(schema: z.ZodType<T>, text: string) {
  const answer = schema.safeParse(parseJson(text))
  if (!answer.success) return undefined
  const { clientDataJSON } = answer.data.response
  const said = clientData.safeParse(parseJson(Buffer.from(clientDataJSON, 'base64url').toString()))
  return said.success ? { ...answer.data, clientData: said.data } : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
