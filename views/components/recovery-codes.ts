import { href, html, type Html } from '../html.ts'
import type { Page } from '../layout.ts'
import { messagesFor } from '../messages.ts'
import { csrfField, postForm, primaryButton, secondaryButton } from './form.ts'
import { code } from './text.ts'

/** New codes, shown until the person says that they keep them. */
export type RecoveryCodeList = {
  readonly page: Page
  readonly csrf: string
  readonly codes: readonly string[]
  /** Answers with a file. */
  readonly downloadAction: string
  /** Posts nothing but that they are kept. */
  readonly savedAction: string
}

export function recoveryCodeList(props: RecoveryCodeList): Html {
  const { page, csrf, codes, downloadAction, savedAction } = props
  const { t, text } = messagesFor(page.locale)
  const token = csrfField(csrf)
  return html`<ol class="codes">
      ${codes.map((one) => html`<li>${code(one)}</li>`)}
    </ol>
    <div class="toolbar">
      ${postForm({ action: downloadAction, token }, secondaryButton(t('two_step.download')))}
      ${secondaryButton(t('two_step.copy'), html`type="button" data-codes="copy" data-done="${text('two_step.copied')}" hidden`)}
      ${secondaryButton(t('two_step.print'), html`type="button" data-codes="print" hidden`)}
    </div>
    <p class="aside" role="status" data-codes="done"></p>
    ${postForm({ action: savedAction, token }, primaryButton(t('two_step.saved')))}
    <script type="module" src="${href(page.assets('codes.js'))}"></script>`
}

/** The same to keep: plain text, as it is printed or put into a safe. */
export function recoveryCodeFile(props: {
  readonly page: Page
  readonly email: string
  readonly codes: readonly string[]
  readonly at: Date
}): string {
  const { page, email, codes, at } = props
  const { text, instant } = messagesFor(page.locale)
  const title = text('two_step.file_title', { email, tenant: page.tenant.name })
  return [title, text('two_step.file_what', { at: instant(at) }), '', ...codes, ''].join('\n')
}
