import type { Accounts, HeldAccount } from '#account/account.ts'
import { isVoid } from '#account/account.ts'
import type { Audit, AuditEvent } from '#audit/audit.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { randomToken } from '#kit/random.ts'
import { codePoints, isCleanText } from '#kit/text.ts'
import { isSteppedUp } from '#session/session.ts'
import type { Ephemeral } from '#storage/storage.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import { createChallenges } from './challenges.ts'
import { createAdd, createOffer } from './enrol.ts'
import {
  longestName,
  relyingPartyOf,
  type ChangePasskey,
  type OtherWays,
  type Owner,
  type PasskeyLogin,
  type PasskeyOwner,
  type Passkeys,
  type PasskeyStore,
  type RemoveAllPasskeys,
  type RemovePasskeyResult,
  type TellPasskey,
} from './passkey.ts'
import { createPasskeyLogin } from './prove.ts'

export type PasskeyDeps = {
  readonly store: PasskeyStore
  readonly ephemeral: Ephemeral
  readonly accounts: Pick<Accounts, 'find' | 'hold'>
  readonly otherWays: OtherWays
  readonly tell: TellPasskey
  readonly audit: Pick<Audit, 'append'>
  readonly metrics?: Pick<Metrics, 'signIn'> | undefined
  readonly clock: Clock
}

export function createPasskeys(deps: PasskeyDeps): Passkeys & PasskeyLogin {
  const { store } = deps
  const inner = { ...deps, challenges: createChallenges(deps) }
  return {
    ...createPasskeyLogin(inner),
    offer: createOffer(inner),
    add: createAdd(inner),
    list: (owner) => store.list(owner),
    count: async (tenantId, accountId, within) =>
      (await store.list({ tenantId, accountId }, within)).length,
    rename: createRename(deps),
    remove: createRemove(deps),

    async wasUsed(tenantId, accountId, within) {
      const all = await store.list({ tenantId, accountId }, within)
      return all.some(({ verifiedAt }) => verifiedAt !== undefined)
    },

    async accepted(tenant, account) {
      const owner = { tenantId: tenant.id, accountId: account.id }
      const all = await store.list(owner)
      return {
        rpId: relyingPartyOf(tenant).id,
        userId: await store.handleOf(owner, randomToken()),
        credentialIds: all.map(({ credentialId }) => credentialId),
        name: account.email,
        displayName: account.profile.name ?? account.email,
      }
    },
  }
}

export function createRemoveAllPasskeys(deps: {
  readonly store: Pick<PasskeyStore, 'removeAll'>
  readonly audit: Pick<Audit, 'append'>
}): RemoveAllPasskeys {
  return async ({ tenantId, id: accountId }, actor, within) => {
    const removed = await deps.store.removeAll({ tenantId, accountId }, within)
    const event = { tenantId, accountId, actor, type: 'factor.passkey_removed' } as const
    if (removed > 0)
      await deps.audit.append({ ...event, outcome: 'success', detail: { count: removed } }, within)
    return removed
  }
}

function createRename({ store, audit }: PasskeyDeps): Passkeys['rename'] {
  return async (input) => {
    const name = input.name.trim()
    if (!isCleanText(name) || codePoints(name) > longestName) return { kind: 'invalid' }
    const renamed = await store.rename(ownerOf(input), input.credentialId, name || undefined)
    if (!renamed) return { kind: 'unknown' }
    await audit.append(eventOf(input, 'factor.passkey_renamed'))
    return { kind: 'renamed' }
  }
}

function createRemove(deps: PasskeyDeps): Passkeys['remove'] {
  const { store, accounts, audit, tell, clock } = deps
  return async (input) => {
    const { tenant, accountId, provedAt, requester } = input
    const result = await accounts.hold(tenant.id, accountId, async (held) => {
      const { account, within } = held
      if (account.status !== 'active') return over
      if (!isSteppedUp(provedAt, epochSeconds(clock)) || isVoid(account, provedAt))
        return { kind: 'step_up' } as const
      const all = await store.list(ownerOf(input), within)
      const passkey = all.find(({ credentialId }) => credentialId === input.credentialId)
      if (!passkey) return { kind: 'unknown' } as const
      const obstacle = all.length === 1 ? await obstacleTo(input, held) : undefined
      if (obstacle) return obstacle
      await store.remove(ownerOf(input), passkey.credentialId, within)
      const event = eventOf(input, 'factor.passkey_removed')
      if (all.length === 1) await deps.otherWays.lastIsGone(account, event.actor, within)
      await audit.append(event, within)
      await tell({ tenant, account, what: 'removed', passkey, ip: requester.ip }, within)
      return { kind: 'removed' } as const
    })
    return result ?? over
  }

  /** Why the last one stays. */
  async function obstacleTo(
    { tenant }: Owner,
    { account, within }: HeldAccount,
  ): Promise<RemovePasskeyResult | undefined> {
    const { otherWays } = deps
    if (!(await otherWays.isThereAnother(tenant, account, within))) return { kind: 'last_way_in' }
    if (await otherWays.isNeeded(tenant, account, within)) return { kind: 'needed' }
    return undefined
  }
}

const over = { kind: 'over' } as const

function ownerOf({ tenant, accountId }: Owner): PasskeyOwner {
  return { tenantId: tenant.id, accountId }
}

function eventOf({ tenant, accountId, requester }: ChangePasskey, type: string): AuditEvent {
  const { ip, userAgent, requestId } = requester
  const actor = { kind: 'account', id: accountId } as const
  const about = { tenantId: tenant.id, accountId, ip, userAgent, requestId }
  return { ...about, type, outcome: 'success', actor }
}
