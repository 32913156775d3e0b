import { isVoid, type Account, type HeldAccount } from '#account/account.ts'
import { epochSeconds } from '#kit/clock.ts'
import type { Transaction } from '#storage/storage.ts'
import { isSteppedUp } from '#session/session.ts'
import { createTotpEnrolments, type TotpEnrolmentDeps } from './enrolment.ts'
import { eventOf, method } from './record.ts'
import type { OtherFactors, Totp, TotpOwnership, TurnOffTotp, TurnOffTotpResult } from './totp.ts'
import { createTotpVerify, type TotpVerifyDeps } from './verify.ts'

export type TotpDeps = TotpEnrolmentDeps & TotpVerifyDeps & { readonly others: OtherFactors }

const over = { kind: 'over' } as const

export function createTotp(deps: TotpDeps): Totp {
  const { store, tries } = deps
  const remove = createRemove(deps)

  return {
    verify: createTotpVerify(deps),
    ...createTotpEnrolments(deps),

    async isEnrolled(tenantId, accountId, within) {
      return (await store.find(tenantId, accountId, within)) !== undefined
    },

    async find(tenantId, accountId) {
      const factor = await store.find(tenantId, accountId)
      if (!factor) return undefined
      const isLocked = await tries.isLocked({ tenantId, accountId, method })
      return { enrolledAt: factor.enrolledAt, lastUsedAt: factor.lastUsedAt, isLocked }
    },

    remove: async (account, actor, within) => {
      if (!(await remove(account, within))) return
      const { tenantId, id: accountId } = account
      const event = { tenantId, accountId, actor, type: 'factor.totp_removed' } as const
      await deps.audit.append({ ...event, outcome: 'success' }, within)
    },

    turnOff: createTurnOff(deps, remove),
  }
}

type Remove = (account: Account, within: Transaction | undefined) => Promise<boolean>

function createRemove({ store, tries }: TotpDeps): Remove {
  return async ({ tenantId, id: accountId }, within) => {
    await tries.reset({ tenantId, accountId, method }, within)
    return store.remove(tenantId, accountId, within)
  }
}

function createTurnOff(deps: TotpDeps, remove: Remove): TotpOwnership['turnOff'] {
  const { store, accounts, others, audit, notices, clock } = deps

  async function turnOff(input: TurnOffTotp, held: HeldAccount): Promise<TurnOffTotpResult> {
    const { account, within, end } = held
    const { tenant, provedAt, requester } = input
    const { tenantId, id } = account
    if (account.status !== 'active') return over
    const isFresh = isSteppedUp(provedAt, epochSeconds(clock)) && !isVoid(account, provedAt)
    if (!isFresh) return { kind: 'step_up' }
    if (!(await store.find(tenantId, id, within))) return { kind: 'not_enrolled' }
    const isLast = (await others.count(tenantId, id, within)) === 0
    if (isLast && (await others.isDemanded(tenant, account))) return { kind: 'demanded' }

    await remove(account, within)
    const event = eventOf('factor.totp_removed', account, requester)
    if (isLast) await others.backups.remove(account, event.actor, within)
    await audit.append(event, within)
    await end(event.actor)
    await notices.tell(
      { tenant, account, news: { kind: 'totp_removed' }, ip: requester.ip },
      within,
    )
    return { kind: 'turned_off' }
  }

  return async (input) => {
    const { tenant, accountId } = input
    return (await accounts.hold(tenant.id, accountId, (held) => turnOff(input, held))) ?? over
  }
}
