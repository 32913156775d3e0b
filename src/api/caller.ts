import { isVoid } from '#account/account.ts'
import type { Accounts } from '#account/account.ts'
import type { DirectTokens } from '#oidc/direct/direct.ts'
import type { ApiDeps } from './router.ts'

/** Session, Grant and client are looked after where the token was made; the person is here (Q18). */
export function createCallerOf(deps: {
  readonly direct: Pick<DirectTokens, 'identify'>
  readonly accounts: Pick<Accounts, 'findActive'>
}): ApiDeps['callerOf'] {
  return async (tenant, accessToken) => {
    const owner = await deps.direct.identify(tenant, accessToken)
    if (!owner) return undefined
    const { accountId, ...rest } = owner
    const account = await deps.accounts.findActive(tenant.id, accountId)
    if (!account || isVoid(account, rest.provedAt)) return undefined
    return { account, ...rest }
  }
}
