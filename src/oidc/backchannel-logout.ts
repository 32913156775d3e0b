import type { Client as ClientModel, Provider } from 'oidc-provider'
import type { Clock } from '#kit/clock.ts'
import type { AccountId, ClientId, TenantId } from '#kit/ids.ts'
import { brandId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import type { LogoutNotice, LogoutOutbox } from './oidc.ts'

type Send = (this: ClientModel, sub: string, sid?: string) => Promise<unknown>

const originalSend = new WeakMap<Provider, Send>()

/**
 * The engine tells relying parties inside the person's request, once, and forgets (2.5 s each). Here the request only
 * writes down who is to be told; `createLogoutDelivery` does the rest (Q86).
 */
export function installLogoutOutbox(
  provider: Provider,
  deps: { readonly tenantId: TenantId; readonly outbox: LogoutOutbox; readonly clock: Clock },
): void {
  const prototype = provider.Client.prototype as unknown as { backchannelLogout: Send } // missing in the engine's types
  originalSend.set(provider, prototype.backchannelLogout)

  prototype.backchannelLogout = async function enqueue(this: ClientModel, sub, sid) {
    await deps.outbox.enqueue({
      id: newId(),
      tenantId: deps.tenantId,
      clientId: brandId<ClientId>(this.clientId),
      accountId: brandId<AccountId>(sub),
      sid,
      createdAt: new Date(deps.clock.now()),
    })
  }
}

export type LogoutDelivery = {
  /** Delivers what is due now; how many were claimed. */
  runOnce(): Promise<number>
}

/** Seconds until the next try: 1 minute, doubling, at most 6 hours; given up after a day (Q86). */
const retryDelay = (attempts: number): number => Math.min(60 * 2 ** (attempts - 1), 6 * 3600)
const mostAttempts = 12

export function createLogoutDelivery(deps: {
  readonly outbox: LogoutOutbox
  /** The provider of a tenant; undefined when the tenant is gone or disabled. */
  readonly providerOf: (tenantId: TenantId) => Promise<Provider | undefined>
}): LogoutDelivery {
  const { outbox, providerOf } = deps

  async function deliver(notice: LogoutNotice): Promise<void> {
    try {
      await send(notice)
      await outbox.settle(notice.id)
    } catch (error) {
      if (notice.attempts >= mostAttempts) return outbox.settle(notice.id)
      const reason = error instanceof Error ? error.message : 'unknown'
      await outbox.postpone(notice.id, retryDelay(notice.attempts), reason.slice(0, 200))
    }
  }

  async function send(notice: LogoutNotice): Promise<void> {
    const provider = await providerOf(notice.tenantId)
    const client = await provider?.Client.find(notice.clientId)
    const original = provider && originalSend.get(provider)
    // gone since then: nobody is left to tell
    if (!client?.backchannelLogoutUri || !original) return
    await original.call(client, notice.accountId, notice.sid)
  }

  return {
    async runOnce() {
      const due = await outbox.claimDue({ limit: 20, lease: 60 })
      await Promise.all(due.map(deliver))
      return due.length
    },
  }
}
