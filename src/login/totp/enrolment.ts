import { isVoid, type Accounts, type HeldAccount } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { typedDigits } from '#kit/digits.ts'
import type { Sealer } from '#kit/sealer.ts'
import { isSteppedUp } from '#session/session.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import type { FactorNotices } from '../factor-notice/factor-notice.ts'
import type { FactorTries } from '../factor-tries/factor-tries.ts'
import { describeSecret, matchCode, newSecret } from './otp.ts'
import { codeLength, eventOf, method, placeOf } from './record.ts'
import {
  pendingLifetime,
  type ConfirmTotp,
  type HeldTotp,
  type OtherFactors,
  type TotpEnrolments,
  type TotpStore,
} from './totp.ts'

export type TotpEnrolmentDeps = {
  readonly store: TotpStore
  readonly tries: Pick<FactorTries, 'reset'>
  readonly ephemeral: Ephemeral
  readonly accounts: Pick<Accounts, 'find' | 'hold'>
  readonly others: Pick<OtherFactors, 'count'>
  readonly sealer: Sealer
  readonly audit: Pick<Audit, 'append'>
  readonly notices: FactorNotices
  readonly clock: Clock
}

const over = { kind: 'over' } as const
const expired = { kind: 'expired' } as const

type Pending = {
  readonly secret: string
  /** Epoch seconds. */
  readonly begunAt: number
  /** Factors there were when this was begun: whoever began it was asked for them, and for none that came later. */
  readonly factors: number
}

export function createTotpEnrolments(deps: TotpEnrolmentDeps): TotpEnrolments {
  const { store, accounts, others, clock, ephemeral } = deps
  const shelf = createShelf(deps)
  const enrol = createEnrol(deps)

  /** Nothing that was begun before everything of the account ended. */
  async function findPending(held: HeldTotp) {
    const found = await shelf.find(held)
    if (!found) return undefined
    const account = await accounts.find(held.tenant.id, held.accountId)
    if (account?.status !== 'active' || isVoid(account, found.pending.begunAt)) return undefined
    return { ...found, account }
  }

  return {
    async begin({ provedAt, ...held }) {
      const account = await accounts.find(held.tenant.id, held.accountId)
      if (account?.status !== 'active') return over
      const begunAt = epochSeconds(clock)
      if (!isSteppedUp(provedAt, begunAt) || isVoid(account, provedAt)) return { kind: 'step_up' }
      const secret = newSecret()
      const hasApp = (await store.find(account.tenantId, account.id)) !== undefined
      const keys = await others.count(account.tenantId, account.id, undefined)
      await shelf.put(held, { secret, begunAt, factors: keys + Number(hasApp) })
      return { kind: 'begun', pending: describeSecret(secret, held.tenant, account.email) }
    },

    async findPending(held) {
      const found = await findPending(held)
      return found && describeSecret(found.pending.secret, held.tenant, found.account.email)
    },

    async confirm(input) {
      const found = await findPending(input)
      if (!found) return expired
      const code = typedDigits(input.code, codeLength)
      if (code === undefined) return { kind: 'wrong' }
      // nobody guesses here: whoever may confirm was shown the secret
      const match = matchCode(found.pending.secret, code, epochSeconds(clock))
      if (match.kind === 'wrong') return match
      if (match.kind === 'clock_off') return { kind: match.kind, ahead: match.ahead, by: match.by }
      // SECURITY: taken, and the very one that was looked at: one enrolment for each secret
      if ((await ephemeral.take(keyOf(input))) !== found.sealed) return expired
      const enrolled = await accounts.hold(input.tenant.id, input.accountId, (account) =>
        enrol(input, { ...found.pending, step: match.step }, account),
      )
      return enrolled ?? expired
    },

    cancel: (held) => ephemeral.remove(keyOf(held)),
  }
}

function createEnrol(deps: TotpEnrolmentDeps) {
  const { store, tries, others, sealer, audit, notices, clock } = deps

  return async (
    { tenant, requester }: ConfirmTotp,
    { secret, begunAt, factors, step }: Pending & { readonly step: number },
    { account, within, end }: HeldAccount,
  ) => {
    if (account.status !== 'active' || isVoid(account, begunAt)) return expired
    const { tenantId, id: accountId } = account
    const replaced = (await store.find(tenantId, accountId, within)) !== undefined
    const keys = await others.count(tenantId, accountId, within)
    // SECURITY: a key of before the first factor must not stand beside or replace it: then a password alone would
    if (keys + Number(replaced) > factors) return expired
    const factor = {
      tenantId,
      accountId,
      sealedSecret: sealer.seal(secret, placeOf(tenantId, accountId)),
      lastStep: step,
      enrolledAt: new Date(clock.now()),
      lastUsedAt: undefined,
    }
    await store.put(factor, within)
    await tries.reset({ tenantId, accountId, method }, within)
    const event = eventOf('factor.totp_enrolled', account, requester)
    await audit.append({ ...event, detail: { replaced } }, within)
    if (replaced) await end(event.actor)
    const kind = replaced ? 'totp_replaced' : 'totp_added'
    await notices.tell({ tenant, account, news: { kind }, ip: requester.ip }, within)
    return { kind: 'enrolled', replaced } as const
  }
}

/** Where secrets wait for their first code, sealed: the short-lived store may be one that others can read. */
function createShelf({ ephemeral, sealer }: TotpEnrolmentDeps) {
  const place = ({ tenant, accountId, holder }: HeldTotp) => [
    tenant.id,
    'totp_pending',
    accountId,
    holder,
  ]

  return {
    put: (held: HeldTotp, pending: Pending) =>
      ephemeral.put(
        keyOf(held),
        sealer.seal(JSON.stringify(pending), place(held)),
        pendingLifetime,
      ),

    async find(held: HeldTotp) {
      const sealed = await ephemeral.get(keyOf(held))
      if (sealed === undefined) return undefined
      const pending = JSON.parse(sealer.open(sealed, place(held))) as Pending // written by put
      return { sealed, pending }
    },
  }
}

const keyOf = ({ tenant, accountId, holder }: HeldTotp): EphemeralKey => ({
  tenantId: tenant.id,
  kind: 'totp_pending',
  id: JSON.stringify([accountId, holder]),
})
