import { z } from 'zod'
import { brandId, type ClientId } from '#kit/ids.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Connection, Errand, Leave } from '../federation.ts'

/** An `ApiSignIn` as it was kept. */
export const apiSignInShape = z
  .object({
    clientId: z.string().transform((id) => brandId<ClientId>(id)),
    redirectUri: z.string(),
    state: z.string().optional(),
    codeChallenge: z.string(),
  })
  .transform(({ state, ...rest }) => ({ ...rest, state }))

/**
 * What is remembered of somebody while they are away, whatever protocol they left by. Its key travels as `state` or
 * `RelayState`: it means nothing by itself, fits one connection of one tenant, and opens once, in the browser that left.
 */
export type Errands = {
  /**
   * Keeps it for ten minutes. `memo`: the protocol's own (nonce, verifier, id of a request); sealed. Gives the key: 256
   * random bits, base64url.
   */
  send(leave: Omit<Leave, 'wishes'>, memo: Memo): Promise<string>
  /**
   * What waits, for a POST from another site: that comes without cookies and proves nothing, so nothing is used up. Only
   * `take` says that it is this browser's.
   */
  look(place: ErrandPlace, key: string): Promise<KeptErrand | undefined>
  /** Uses it up, for exactly one caller; another browser's is used up as well: its key is known to somebody else. */
  take(place: ErrandPlace, key: string, browser: string | undefined): Promise<TakenErrand>
}

export type Memo = Readonly<Record<string, string>>

export type ErrandPlace = {
  readonly tenant: Pick<Tenant, 'id'>
  readonly connection: Pick<Connection, 'id'>
}

export type KeptErrand = {
  readonly errand: Errand
  /** Of the connection, when they left. */
  readonly version: number
  /** Epoch seconds. */
  readonly startedAt: number
  readonly memo: Memo
}

export type TakenErrand =
  | ({ readonly kind: 'taken' } & KeptErrand)
  /** Past its time, used, of another connection or tenant, or never there. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'other_browser' }

/**
 * What another site posted to us, until our own GET asks for it: only there the browser's `Lax` cookie comes along
 * (reference/federation.md §2.2 rule 24). Sealed; a handle opens once, for the connection it was made for.
 */
export type PostedAnswers = {
  /** Keeps it for a minute. Gives the handle: 256 random bits, base64url. */
  keep(place: ErrandPlace, answer: string): Promise<string>
  take(place: ErrandPlace, handle: string): Promise<string | undefined>
}
