import {
  csrfField,
  hiddenField,
  postForm,
  primaryButton,
  quietButton,
  secondaryButton,
} from './components/form.ts'
import { strong } from './components/text.ts'
import { demoLayout, type DemoFrame } from './demo-layout.ts'
import { href, html, type Html } from './html.ts'
import { messagesFor } from './messages.ts'

/** Where a demo identity provider asks who somebody is. No password: whoever stands there may be anybody. */
export type DemoPeopleProps = {
  readonly frame: DemoFrame
  /** Whose people they are: `Acme partners`. */
  readonly organization: string
  /** Posts `person`; without one: somebody turned back. */
  readonly action: string
  readonly csrf: string
  readonly people: readonly {
    readonly id: string
    readonly name: string
    readonly email: string
  }[]
}

export function demoPeoplePage({ frame, organization, people, ...props }: DemoPeopleProps): Html {
  const form = { action: props.action, token: csrfField(props.csrf) }
  const { t, text } = messagesFor(frame.locale)
  return demoLayout(frame, {
    masthead: t('demo_people.frame', { organization }),
    title: text('demo_people.title'),
    lead: t('demo_people.lead', { organization: strong(organization) }),
    failed: false,
    body: html`<ul class="plain">
        ${people.map(
          ({ id, name, email }) =>
            html`<li>
              ${postForm(form, [
                hiddenField('person', id),
                secondaryButton(t('demo_people.person', { name, email })),
              ])}
            </li>`,
        )}
      </ul>
      ${postForm(form, html`<p class="way">${quietButton(t('demo_people.back'))}</p>`)}`,
  })
}

/** On its way back; a script presses the button (SAML Bindings §3.5). */
export type DemoForwardProps = {
  readonly frame: DemoFrame
  readonly organization: string
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
}

export function demoForwardPage({ frame, organization, action, fields }: DemoForwardProps): Html {
  const { t, text } = messagesFor(frame.locale)
  return demoLayout(frame, {
    masthead: t('demo_people.frame', { organization }),
    title: text('demo_people.forward_title'),
    lead: t('demo_people.forward', { organization: strong(organization) }),
    failed: false,
    body: html`<form method="post" action="${href(action)}" data-forward>
        ${Object.entries(fields).map(([name, value]) => hiddenField(name, value))}
        ${primaryButton(t('demo_people.forward_button'))}
      </form>
      <script type="module" src="${href(frame.assets('forward.js'))}"></script>`,
  })
}
