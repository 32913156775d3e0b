import { csrfField, postForm, primaryButton, statement } from './components/form.ts'
import { strong } from './components/text.ts'
import type { Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** What an invitation's link opens; undefined where it is over. */
export type InviteProps = {
  readonly page: Page
  readonly invitation:
    | { readonly email: string; readonly action: string; readonly csrf: string }
    | undefined
}

export function invitePage({ page, invitation }: InviteProps): Html {
  const { t, text } = messagesFor(page.locale)
  if (!invitation) {
    const title = text('invite.over_title')
    return layout(page, { title, failed: true, body: statement(t('invite.over')) })
  }
  const { email, action, csrf } = invitation
  return layout(page, {
    title: text('invite.title', { tenant: page.tenant.name }),
    lead: t('invite.lead', { email: strong(email) }),
    body: postForm({ action, token: csrfField(csrf) }, primaryButton(t('invite.submit'))),
  })
}
