import type { Context } from 'koa'
import type { Account } from '#account/account.ts'
import type { Proof, Requester } from '#login/login.ts'
import type { TrustedDeviceCookie, TrustedDevices } from '#login/trusted-device/trusted-device.ts'
import type { Tenant } from '#tenant/tenant.ts'

/** Whether this browser may go without the second step, and that it may from now on. */
export type DeviceTrust = {
  isTrusted(ctx: Context, tenant: Tenant, account: Account): Promise<boolean>
  /** Called at the end of a sign-in, when everything is proved that was asked for. */
  trust(
    ctx: Context,
    tenant: Tenant,
    accepted: { readonly account: Account; readonly proofs: readonly Proof[] },
  ): Promise<void>
}

export function createDeviceTrust(deps: {
  readonly trustedDevices: Pick<TrustedDevices, 'isTrusted' | 'trust'>
  readonly trustedDeviceCookie: TrustedDeviceCookie
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
}): DeviceTrust {
  const { trustedDevices, trustedDeviceCookie } = deps

  function presented(ctx: Context, tenant: Tenant, account: Account) {
    const { ip } = deps.requesterOf(ctx)
    const cookie = trustedDeviceCookie.read(tenant, ctx.req)
    return { tenant, account, cookie, visitor: { ip, headers: ctx.headers } }
  }

  return {
    isTrusted: (ctx, tenant, account) => trustedDevices.isTrusted(presented(ctx, tenant, account)),

    async trust(ctx, tenant, { account, proofs }) {
      // SECURITY: one step more was proved, or there is nothing to be spared next time
      if (new Set(proofs.map(({ method }) => method)).size < 2) return
      const { ip, userAgent, requestId } = deps.requesterOf(ctx)
      const actor = { kind: 'account', id: account.id } as const
      const made = await trustedDevices.trust({
        ...presented(ctx, tenant, account),
        provedAt: Math.min(...proofs.map(({ at }) => at)),
        by: { actor, ip, userAgent, requestId },
      })
      if (made !== undefined) trustedDeviceCookie.write(tenant, ctx.res, made)
    },
  }
}
