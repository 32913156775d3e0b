import { csrfField, postForm, primaryButton } from './components/form.ts'
import { recoveryCodeList } from './components/recovery-codes.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** Recovery codes that were made in the middle of a sign-in: it goes on once they are kept. */
export type NewCodesProps = {
  readonly page: Page
  readonly csrf: string
  /** Undefined: they were not kept in time. */
  readonly codes: readonly string[] | undefined
  readonly downloadAction: string
  readonly savedAction: string
  /** Makes others. */
  readonly againAction: string
}

export function newCodesPage(props: NewCodesProps): Html {
  const { page, csrf, codes, againAction } = props
  const { t, text } = messagesFor(page.locale)
  return layout(page, {
    title: text('two_step.codes'),
    lead: t(codes ? 'two_step.codes_new' : 'account.codes_gone'),
    body: codes
      ? recoveryCodeList({ ...props, codes })
      : html`${postForm(
          { action: againAction, token: csrfField(csrf) },
          primaryButton(t('account.codes_make')),
        )}`,
  })
}
