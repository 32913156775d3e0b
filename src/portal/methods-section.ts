import { z } from 'zod'
import type { Connections } from '#federation/federation.ts'
import type { ConnectedAccounts } from '#federation/identity/identity.ts'
import { passwordProblems } from '#login/password/password.ts'
import type { Passkeys } from '#login/passkey/passkey.ts'
import type { Passwords } from '#login/password/password.ts'
import type {
  ChangePasswordResult,
  PasswordChanges,
  RemovePasswordResult,
  SetFirstPasswordResult,
} from '#login/password/change/change.ts'
import { methodsPage, passwordChangePage } from '#views/portal/methods.ts'
import type { PasswordPageError } from '#views/portal/methods.ts'
import { portalCookie } from './cookies.ts'
import type { Notices } from './notices.ts'
import { isFresh } from './portal.ts'
import type { Visit } from './portal.ts'
import { frameOf } from './sections.ts'
import type { Next, PortalSection } from './sections.ts'

const done = z.object({ done: z.enum(['email_changed', 'password_set']) })
const reason = z.enum(['required', ...passwordProblems])
const failed = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['wrong', 'current_required', 'no_other_method']) }),
  z.object({ kind: z.literal('throttled'), retryAfter: z.number() }),
  z.object({ kind: z.literal('new'), reason }),
])

export type MethodsDeps = {
  readonly connectedAccounts: Pick<ConnectedAccounts, 'list'>
  readonly connections: Pick<Connections, 'listOffered'>
  readonly passwords: Pick<Passwords, 'hasPassword'>
  readonly passwordChanges: PasswordChanges
  readonly passkeys: Pick<Passkeys, 'list'>
  readonly notices: Notices
}

/** How a person signs in: their address, and their password. */
export function createMethodsSection({
  passwords,
  passwordChanges,
  passkeys,
  connectedAccounts,
  connections,
  notices,
}: MethodsDeps): PortalSection {
  const hasPassword = ({ tenant, account }: Visit) => passwords.hasPassword(tenant.id, account.id)

  const { fail, after } = createOutcomes(notices)

  return {
    pages: {
      async methods(visit) {
        const told = await notices.take(visit, 'methods', done)
        const owner = { tenantId: visit.tenant.id, accountId: visit.account.id }
        return methodsPage({
          frame: frameOf(visit),
          hasPassword: await hasPassword(visit),
          passkeys: (await passkeys.list(owner)).length,
          connected: {
            count: (await connectedAccounts.list(owner.tenantId, owner.accountId)).length,
            isOffered: (await connections.listOffered(owner.tenantId)).length > 0,
          },
          done: told?.done,
        })
      },
      async password(visit) {
        return passwordChangePage({
          frame: frameOf(visit),
          minLength: visit.tenant.settings.password_min_length,
          hasPassword: await hasPassword(visit),
          fresh: isFresh(visit),
          error: await notices.take(visit, 'password', failed),
        })
      },
    },
    actions: {
      async password(visit, form) {
        const newPassword = form.get('new_password') ?? ''
        const currentPassword = form.get('password') ?? ''
        const has = await hasPassword(visit)
        // SECURITY: a password alone does not change the password of who has more (Q64)
        if (visit.acrToChange !== undefined && !isFresh(visit)) return { confirm: 'password' }
        if (has && currentPassword === '') return fail(visit, { kind: 'current_required' })
        if (newPassword === '') return fail(visit, { kind: 'new', reason: 'required' })
        const asked = { ...ownerOf(visit), newPassword }
        const result = has
          ? await passwordChanges.change({ ...asked, currentPassword })
          : await passwordChanges.setFirst({ ...asked, provedAt: visit.provedAt })
        return after(visit, result)
      },
      async 'password/remove'(visit) {
        const { provedAt } = visit
        return after(visit, await passwordChanges.remove({ ...ownerOf(visit), provedAt }))
      },
    },
  }
}

/** What a change leads to. */
function createOutcomes(notices: Notices) {
  async function fail(visit: Visit, error: PasswordPageError): Promise<Next> {
    await notices.leave(visit, 'password', error)
    return { page: 'password' }
  }

  /** Everything the old password opened has ended, this session included: the person signs in with the new one. */
  function signedOut({ tenant, ctx }: Visit): Next {
    portalCookie.clear(tenant, ctx.res)
    return { page: 'changed' }
  }

  async function after(visit: Visit, result: Result): Promise<Next> {
    switch (result.kind) {
      case 'changed':
      case 'removed':
        return signedOut(visit)
      case 'set':
        await notices.leave(visit, 'methods', { done: 'password_set' })
        return { page: 'methods' }
      case 'step_up':
        return { confirm: 'password' }
      case 'wrong_password':
        return fail(visit, { kind: 'wrong' })
      case 'throttled':
      case 'no_other_method':
        return fail(visit, result)
      case 'refused':
        return fail(visit, { kind: 'new', reason: result.reason })
      case 'has_password':
      case 'no_password':
      case 'over':
        return { page: 'password' }
    }
  }

  return { fail, after }
}

type Result = ChangePasswordResult | SetFirstPasswordResult | RemovePasswordResult

export function ownerOf({ tenant, account, requester, deviceCookie }: Visit) {
  return { tenant, accountId: account.id, requester: { ...requester, deviceCookie } }
}
