import { isVoid } from '#account/account.ts'
import type { Accounts } from '#account/account.ts'
import type { Enforcement } from '#federation/federation.ts'
import type { DirectTokens } from '#oidc/direct/direct.ts'
import type { ApiDeps } from './router.ts'

/** Session, Grant and client are looked after where the token was made; the person is here (Q18). */
export function createCallerOf(deps: {
  readonly direct: Pick<DirectTokens, 'identify'>
  readonly accounts: Pick<Accounts, 'findActive'>
  readonly enforcement: Pick<Enforcement, 'stands'>
}): ApiDeps['callerOf'] {
  return async (tenant, accessToken) => {
    const owner = await deps.direct.identify(tenant, accessToken)
    if (!owner) return undefined
    const { accountId, signIn, ...rest } = owner
    const account = await deps.accounts.findActive(tenant.id, accountId)
    if (!account || isVoid(account, rest.provedAt)) return undefined
    if (!(await deps.enforcement.stands(account, signIn))) return undefined
    return { account, ...rest, acr: signIn.acr }
  }
}
