import { isVoid, type HeldAccount } from '#account/account.ts'
import { epochSeconds } from '#kit/clock.ts'
import type { Sealer } from '#kit/sealer.ts'
import { isSteppedUp } from '#session/session.ts'
import type { Ephemeral } from '#storage/storage.ts'
import type { Throttle, ThrottleRule } from '../login.ts'
import { formatCode, newCodes, type RecoveryCode } from './code.ts'
import { eventOf, method } from './record.ts'
import type {
  BackedUpFactors,
  MakeRecoveryCodes,
  MakeRecoveryCodesResult,
  RecoveryCodeOwnership,
  RecoveryCodes,
} from './recovery-code.ts'
import { createShownCodes, type ShownCodes } from './shown.ts'
import { createRecoveryCodeVerify, type RecoveryCodeVerifyDeps } from './verify.ts'

export type RecoveryCodeDeps = RecoveryCodeVerifyDeps & {
  readonly backedUp: BackedUpFactors
  readonly throttle: Pick<Throttle, 'attempt'>
  readonly ephemeral: Ephemeral
  readonly sealer: Sealer
}

/** Ten hashes each time: nobody else must have to wait for them. */
const makeRule: ThrottleRule = {
  name: 'recovery_code.make',
  free: 5,
  wait: () => 600,
  window: 3600,
}

const over = { kind: 'over' } as const

export function createRecoveryCodes(deps: RecoveryCodeDeps): RecoveryCodes {
  const { store, tries, audit, clock } = deps
  const shown = createShownCodes(deps)

  return {
    verify: createRecoveryCodeVerify(deps),
    count: (tenantId, accountId, within) => store.count(tenantId, accountId, within),

    async find(tenantId, accountId) {
      const state = await store.find(tenantId, accountId)
      if (!state) return undefined
      return { ...state, isLocked: await tries.isLocked({ tenantId, accountId, method }) }
    },

    make: createMake(deps, shown),
    findShown: shown.find,

    async confirmSaved(reader) {
      await shown.forget(reader)
      return store.markSaved(reader.tenant.id, reader.accountId, new Date(clock.now()))
    },

    async remove({ tenantId, id: accountId }, actor, within) {
      await tries.reset({ tenantId, accountId, method }, within)
      if (!(await store.removeAll(tenantId, accountId, within))) return
      const event = { tenantId, accountId, actor, type: 'factor.recovery_codes_removed' } as const
      await audit.append({ ...event, outcome: 'success' }, within)
    },
  }
}

type Hashed = RecoveryCode & { readonly phc: string }

function createMake(deps: RecoveryCodeDeps, shown: ShownCodes): RecoveryCodeOwnership['make'] {
  const { accounts, hasher, backedUp, throttle, clock } = deps
  const keep = createKeep(deps)

  async function whyNot(
    { account, within }: Pick<HeldAccount, 'account' | 'within'>,
    provedAt: number,
  ): Promise<MakeRecoveryCodesResult | undefined> {
    if (account.status !== 'active') return over
    const isFresh = isSteppedUp(provedAt, epochSeconds(clock)) && !isVoid(account, provedAt)
    if (!isFresh) return { kind: 'step_up' }
    const factors = await backedUp.count(account.tenantId, account.id, within)
    return factors === 0 ? { kind: 'no_factor' } : undefined
  }

  return async (input) => {
    const { tenant, accountId, provedAt } = input
    const account = await accounts.find(tenant.id, accountId)
    if (!account) return over
    const refusal = await whyNot({ account, within: undefined }, provedAt)
    if (refusal) return refusal
    const answer = await throttle.attempt(makeRule, tenant.id, accountId)
    if (!answer.allowed) return { kind: 'throttled', retryAfter: answer.retryAfter }
    const codes: Hashed[] = []
    // before the transaction, which must not wait for them; one by one, or one person would fill the queue of all
    for (const code of newCodes()) codes.push({ ...code, phc: await hasher.hash(code.secret) })
    const result = await accounts.hold(tenant.id, accountId, async (held) => {
      const late = await whyNot(held, provedAt)
      if (late) return late
      await keep(input, codes, held)
      return { kind: 'made', codes: codes.map(formatCode) } as const
    })
    if (result?.kind === 'made') await shown.keep(input, result.codes)
    return result ?? over
  }
}

function createKeep({ store, tries, audit, notices, clock }: RecoveryCodeDeps) {
  return async (
    { tenant, requester }: MakeRecoveryCodes,
    codes: readonly Hashed[],
    { account, within }: HeldAccount,
  ): Promise<void> => {
    const { tenantId, id: accountId } = account
    const madeAt = new Date(clock.now())
    const rows = codes.map(({ selector, phc }) => ({ tenantId, accountId, selector, phc, madeAt }))
    await store.replace(rows, within)
    await tries.reset({ tenantId, accountId, method }, within)
    await audit.append(eventOf('factor.recovery_codes_made', account, requester), within)
    const news = { kind: 'recovery_codes_made' } as const
    await notices.tell({ tenant, account, news, ip: requester.ip }, within)
  }
}
