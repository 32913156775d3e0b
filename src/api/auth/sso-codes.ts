import { z } from 'zod'
import { admissionRefusals } from '#federation/federation.ts'
import type { AdmissionRefusal, ApiSignIn } from '#federation/federation.ts'
import { equalInConstantTime, sha256 } from '#kit/hash.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ClientId, ConnectionId, SessionUid } from '#kit/ids.ts'
import type { Proof } from '#login/login.ts'
import type { Ephemeral } from '#storage/storage.ts'
import { createTickets } from '#storage/tickets/tickets.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { plainText } from './fields.ts'
import { keptProof } from './pending-sign-ins.ts'

/** What came of somebody who went elsewhere, until the front end that sent them asks for it. */
export type SsoCodes<Kept> = {
  /** For a minute. Gives the code. */
  keep(tenant: Tenant, connectionId: ConnectionId, request: ApiSignIn, kept: Kept): Promise<string>
  /**
   * To exactly one of any number of concurrent callers, and only for the front end, the connection and the verifier it was
   * made for: whatever does not fit has used it up all the same (RFC 9700 §4.5).
   */
  take(tenant: Tenant, redeemed: Redeemed): Promise<Kept | undefined>
}

type Redeemed = {
  readonly clientId: ClientId
  readonly connectionId: ConnectionId
  readonly code: string
  readonly verifier: string
}

const lifetime = 60

/** As the answer of the front end carries it (RFC 7636 §4.1). */
export const redeemFields = {
  code: plainText(100),
  code_verifier: z.string().regex(/^[\w.~-]{43,128}$/),
}

type Store = Pick<Ephemeral, 'put' | 'take'>

/** Of a sign-in: what was proved. */
export const createSsoCodes = (ephemeral: Store): SsoCodes<Proof> =>
  createCodes(ephemeral, 'api_sso_code', keptProof)

/** Of whoever connects what they have elsewhere: whose session asked, and what came of it. */
export type LinkOutcome = {
  readonly accountId: AccountId
  readonly sessionUid: SessionUid
  /** See `Identities.keepLink`. */
  readonly result: { readonly handle: string } | { readonly refusal: AdmissionRefusal }
}

export const createLinkCodes = (ephemeral: Store): SsoCodes<LinkOutcome> =>
  createCodes(ephemeral, 'api_link_code', linkOutcome)

export const sessionFields = {
  accountId: z.string().transform((id) => brandId<AccountId>(id)),
  sessionUid: z.string().transform((uid) => brandId<SessionUid>(uid)),
}

const linkOutcome = z.object({
  ...sessionFields,
  result: z.union([
    z.object({ handle: z.string() }),
    z.object({ refusal: z.enum(admissionRefusals) }),
  ]),
})

function createCodes<Kept>(ephemeral: Store, kind: string, kept: z.ZodType<Kept>): SsoCodes<Kept> {
  const shape = z.object({
    clientId: z.string(),
    connectionId: z.string(),
    codeChallenge: z.string(),
    kept,
  })
  const tickets = createTickets(ephemeral, { kind, lifetime, shape })

  return {
    keep: ({ id }, connectionId, { clientId, codeChallenge }, kept) =>
      tickets.keep(id, { clientId, connectionId, codeChallenge, kept }),

    async take({ id }, { clientId, connectionId, code, verifier }) {
      const found = await tickets.take(id, code)
      if (found?.clientId !== clientId || found.connectionId !== connectionId) return undefined
      // RFC 7636 §4.6
      return equalInConstantTime(found.codeChallenge, sha256(verifier)) ? found.kept : undefined
    },
  }
}
