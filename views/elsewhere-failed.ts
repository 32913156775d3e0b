import { csrfField, otherWay, primaryLink, quietButton, statement } from './components/form.ts'
import { icons } from './components/icons.ts'
import { code, strong, unbroken } from './components/text.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

export const elsewhereProblems = [
  'upstream_unavailable',
  'upstream_refused',
  'upstream_cancelled',
  'answer_refused',
  'errand_unknown',
  'connection_inactive',
  'no_account',
  'domain_not_allowed',
  'account_unavailable',
  'authentication_too_weak',
  'authentication_too_old',
  'identity_taken',
  'email_required',
] as const
export type ElsewhereProblem = (typeof elsewhereProblems)[number]

/** The sign-in elsewhere came to nothing: what happened as far as it helps, and what to do. */
export type ElsewhereFailedProps = {
  readonly page: Page
  readonly csrf: string
  readonly connection: string
  readonly problem: ElsewhereProblem
  readonly reference: string
  /** Leaves once more; undefined where that would not help. */
  readonly retryUrl: string | undefined
  /** Where "Sign in another way" posts. */
  readonly otherAction: string
}

export function elsewhereFailedPage(props: ElsewhereFailedProps): Html {
  const { page, csrf, connection, problem, reference, retryUrl, otherAction } = props
  const { t, text } = messagesFor(page.locale)
  const title = text('elsewhere.failed_title')
  return layout(page, {
    title,
    heading: html`${icons.problem}${unbroken(title)}`,
    failed: true,
    body: html`${statement(
        problem === 'account_unavailable' || problem === 'errand_unknown'
          ? t(`elsewhere.failed_${problem}`)
          : t(`elsewhere.failed_${problem}`, { connection: strong(connection) }),
      )}
      ${retryUrl !== undefined && html`<div class="choice">${primaryLink(retryUrl, t('error.retry'))}</div>`}
      ${otherWay({ action: otherAction, token: csrfField(csrf) }, quietButton(t('elsewhere.here')))}
      <p class="foot">${t('error.reference')} ${code(reference)}</p>`,
  })
}

/** Back from elsewhere to no sign-in that is known here: another browser, too late, or nobody asked. */
export function nobodyLeftPage(props: { readonly page: Page; readonly reference: string }): Html {
  const { t, text } = messagesFor(props.page.locale)
  const title = text('elsewhere.back_title')
  return layout(props.page, {
    title,
    heading: html`${icons.problem}${unbroken(title)}`,
    failed: true,
    body: html`${statement(t('elsewhere.back_what'))}
      <p class="foot">${t('error.reference')} ${code(props.reference)}</p>`,
  })
}
