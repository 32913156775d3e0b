import { csrfField, postForm, quietButton } from './components/form.ts'
import { strong } from './components/text.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor, type Messages } from './messages.ts'

/** What every page of an enrolment offers beside itself: the ways out. Each posts nothing but its token. */
export type EnrolFrame = {
  readonly page: Page
  readonly putOff: { readonly until: Date; readonly action: string } | undefined
  readonly giveUpAction: string | undefined
  readonly changeAction: string
  /** Back to the choice. */
  readonly chooseAction: string | undefined
}

/** The choice of what to set up. Posts `method`. */
export type EnrolProps = Omit<EnrolFrame, 'chooseAction'> & {
  readonly csrf: string
  readonly action: string
  readonly methods: readonly ('totp' | 'passkey')[]
  /** The application that wants it, where it is not the tenant. */
  readonly clientName: string | undefined
}

export function enrolPage(props: EnrolProps): Html {
  const { page, action, csrf, methods, clientName } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const token = csrfField(csrf)
  return layout(page, {
    title: text('enrol.title'),
    lead:
      clientName === undefined
        ? t('enrol.lead', { tenant: strong(page.tenant.name) })
        : t('enrol.lead_client', { client: strong(clientName) }),
    body: html`${postForm(
      { action, token },
      html`<ul class="options">
        ${methods.map((method) => html`<li>${option(method, messages)}</li>`)}
      </ul>`,
    )}
    ${enrolExits({ ...props, chooseAction: undefined }, token, messages)}`,
  })
}

function option(method: 'totp' | 'passkey', { t }: Messages): Html {
  return html`<button class="option" name="method" value="${method}">
    <strong>${t(`enrol.${method}`)}</strong>
    <span>${t(`enrol.${method}_hint`)}</span>
  </button>`
}

/** The ways out, at the foot of the page. */
export function enrolExits(frame: EnrolFrame, token: Html, messages: Messages): Html {
  const { t, date } = messages
  const { putOff, giveUpAction, changeAction, chooseAction } = frame
  const exit = (action: string, label: Html) =>
    postForm({ action, token }, html`<p>${quietButton(label)}</p>`)
  return html`${chooseAction !== undefined && exit(chooseAction, t('enrol.choose'))}
  ${putOff && exit(putOff.action, t('enrol.put_off', { date: html`${date(putOff.until)}` }))}
  ${giveUpAction !== undefined && exit(giveUpAction, t('enrol.give_up'))}
  ${exit(changeAction, t('second_step.change'))}`
}
