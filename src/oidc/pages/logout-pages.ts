import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { brandId } from '#kit/ids.ts'
import type { AccountId } from '#kit/ids.ts'
import type { Accounts } from '#account/account.ts'
import { continuePage } from '#views/continue.ts'
import { logoutPage } from '#views/logout.ts'
import { signedOutPage } from '#views/signed-out.ts'
import { endSession } from '../internals.ts'
import { xsrfOf } from '../param.ts'
import type { SubjectOf } from '../pairwise.ts'
import { clientName, pageFor, render } from './render.ts'
import type { PageDeps } from './render.ts'

type RpInitiatedLogout = NonNullable<NonNullable<Configuration['features']>['rpInitiatedLogout']>

export type LogoutPageDeps = PageDeps & {
  readonly accounts: Accounts
  readonly subjectOf: SubjectOf
}

/** RP-Initiated Logout 1.0: asked for by the person's own application, it is done; by anybody else, confirmed (Q71). */
export function logoutPages(deps: LogoutPageDeps): RpInitiatedLogout {
  return {
    enabled: true,

    async logoutSource(ctx) {
      if (isAskedByOwnApplication(ctx, deps.subjectOf)) {
        Object.assign(ctx.oidc, { params: { ...ctx.oidc.params, logout: 'yes' } }) // read-only in the types only
        return endSession(ctx)
      }
      render(
        ctx,
        logoutPage({
          page: pageFor(ctx, deps),
          action: ctx.oidc.urlFor('end_session_confirm'),
          xsrf: xsrfOf(ctx),
          email: await emailOf(ctx.oidc.session?.accountId, deps),
          apps: await namesOfApplications(ctx),
        }),
      )
    },

    // also where the engine leads who chose to stay signed in
    async postLogoutSuccessSource(ctx) {
      const name = clientName(ctx)
      const session = await ctx.oidc.provider.Session.get(ctx)
      const email = await emailOf(session.accountId, deps)
      const props = {
        page: pageFor(ctx, deps),
        client: name === undefined ? undefined : { name, url: ctx.oidc.client?.clientUri },
      }
      const isStaying = email !== undefined
      render(ctx, isStaying ? continuePage({ ...props, account: { email } }) : signedOutPage(props))
    },
  }
}

/** The hint was issued to this very person: nobody else could have sent them here with it. */
function isAskedByOwnApplication(ctx: KoaContextWithOIDC, subjectOf: SubjectOf): boolean {
  const { IdTokenHint, Client } = ctx.oidc.entities
  const accountId = ctx.oidc.session?.accountId
  if (!IdTokenHint || !Client || accountId === undefined) return false
  return IdTokenHint.payload['sub'] === subjectOf(brandId<AccountId>(accountId), Client)
}

async function emailOf(
  accountId: string | undefined,
  deps: LogoutPageDeps,
): Promise<string | undefined> {
  if (accountId === undefined) return undefined
  const account = await deps.accounts.findActive(deps.tenant.id, brandId<AccountId>(accountId))
  return account?.email
}

/** As many as a person reads. */
const mostNames = 10

async function namesOfApplications(ctx: KoaContextWithOIDC): Promise<readonly string[]> {
  const provider: Provider = ctx.oidc.provider
  const clientIds = Object.keys(ctx.oidc.session?.authorizations ?? {}).slice(0, mostNames)
  const clients = await Promise.all(clientIds.map((id) => provider.Client.find(id)))
  return clients.flatMap((client) => (client ? [client.clientName ?? client.clientId] : []))
}
