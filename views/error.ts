import { statement } from './components/form.ts'
import { icons } from './components/icons.ts'
import { code, unbroken } from './components/text.ts'
import { href, html, name, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor, type Messages } from './messages.ts'
import { explain, type Problem } from './problem.ts'

export type { Problem } from './problem.ts'

/** What happened, what to do, and a reference the people who run the server can find it by. */
export type ErrorProps = {
  readonly page: Page
  readonly problem: Problem
  /** Reference code, shown as it is: the request id. */
  readonly reference: string
  /** For the developer of the application, collapsed. Never a secret, never a value of somebody else. */
  readonly details?: readonly ErrorDetail[] | undefined
  /** Where the error is explained (`/developers/errors/{code}`). */
  readonly docsUrl?: string | undefined
}

export type ErrorDetail = { readonly label: string; readonly value: string }

export function errorPage({ page, problem, reference, details = [], docsUrl }: ErrorProps): Html {
  const messages = messagesFor(page.locale)
  const { t } = messages
  const { title, sentence, actions, referenced } = explain(problem, {
    messages,
    tenant: page.tenant,
    reference,
  })
  return layout(page, {
    title,
    heading: html`${icons.problem}${unbroken(title)}`,
    failed: true,
    body: html`${statement(sentence)} ${actions && html`<div class="choice">${actions}</div>`}
    ${details.length > 0 && developerDetails(details, docsUrl, messages)}
    ${!referenced && html`<p class="foot">${t('error.reference')} ${code(reference)}</p>`}`,
  })
}

function developerDetails(
  details: readonly ErrorDetail[],
  docsUrl: string | undefined,
  { t }: Messages,
): Html {
  return html`<details class="more">
    <summary>${t('error.details')}</summary>
    <dl class="facts">
      ${details.map(
        ({ label, value }) =>
          html`<div>
            <dt>${name(label)}</dt>
            <dd>${code(value)}</dd>
          </div>`,
      )}
    </dl>
    ${docsUrl && html`<p><a href="${href(docsUrl)}">${t('error.docs')}</a></p>`}
  </details>`
}
