import { z } from 'zod'
import type { BrowserCookie } from '#login/email-code/email-code.ts'
import type { EmailChanges } from '#login/email-change/email-change.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import { emailChangePage } from '#views/portal/email.ts'
import type { EmailPageError } from '#views/portal/email.ts'
import { ownerOf } from './methods-section.ts'
import type { Notices } from './notices.ts'
import { isFresh } from './portal.ts'
import type { Visit } from './portal.ts'
import { frameOf } from './sections.ts'
import type { Next, PortalSection } from './sections.ts'

const pending = z.object({ email: z.string(), handle: z.string() })
const failed = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['email_invalid', 'email_unchanged', 'kept_elsewhere', 'expired', 'too_many']),
  }),
  z.object({ kind: z.literal('wrong'), left: z.number() }),
  z.object({ kind: z.literal('throttled'), retryAfter: z.number() }),
])

/** Seconds a code may be typed; the code itself decides. */
const lifetime = 900

export type EmailSectionDeps = {
  readonly emailChanges: Pick<EmailChanges, 'begin' | 'confirm'>
  readonly browserCookie: BrowserCookie
  readonly ephemeral: Ephemeral
  readonly notices: Notices
}

/** Another address: proved by a code before anything happens (Q59). */
export function createEmailSection(deps: EmailSectionDeps): PortalSection {
  const { emailChanges, browserCookie, ephemeral, notices } = deps

  async function pendingOf(visit: Visit) {
    const text = await ephemeral.get(keyOf(visit))
    return text === undefined ? undefined : pending.parse(JSON.parse(text))
  }

  async function fail(visit: Visit, error: EmailPageError): Promise<Next> {
    await notices.leave(visit, 'email', error)
    return { page: 'email' }
  }

  const asked = (visit: Visit) => {
    const { tenant, ctx } = visit
    return { ...ownerOf(visit), browser: browserCookie.ensure(tenant, ctx.req, ctx.res) }
  }

  return {
    pages: {
      async email(visit) {
        return emailChangePage({
          frame: frameOf(visit),
          fresh: isFresh(visit),
          pending: (await pendingOf(visit))?.email,
          error: await notices.take(visit, 'email', failed),
        })
      },
    },
    actions: {
      async email(visit, form) {
        const email = (form.get('email') ?? '').trim()
        const { provedAt } = visit
        const result = await emailChanges.begin({ ...asked(visit), email, provedAt })
        if (result.kind === 'step_up') return { confirm: 'email' }
        if (result.kind === 'over') return { page: 'email' }
        if (result.kind !== 'sent') return fail(visit, { kind: result.kind })
        const text = JSON.stringify({ email, handle: result.handle })
        await ephemeral.put(keyOf(visit), text, lifetime)
        return { page: 'email' }
      },
      async 'email/confirm'(visit, form) {
        const known = await pendingOf(visit)
        if (!known) return fail(visit, { kind: 'expired' })
        const code = form.get('code') ?? ''
        const { handle } = known
        const result = await emailChanges.confirm({ ...asked(visit), handle, code })
        if (result.kind === 'wrong' || result.kind === 'throttled') return fail(visit, result)
        await ephemeral.remove(keyOf(visit))
        if (result.kind !== 'changed') return fail(visit, { kind: result.kind })
        await notices.leave(visit, 'methods', { done: 'email_changed' })
        return { page: 'methods' }
      },
      async 'email/cancel'(visit) {
        await ephemeral.remove(keyOf(visit))
        return { page: 'email' }
      },
    },
  }
}

const keyOf = ({ tenant, sessionKey }: Visit): EphemeralKey => ({
  tenantId: tenant.id,
  kind: 'account_email_change',
  id: sessionKey,
})
