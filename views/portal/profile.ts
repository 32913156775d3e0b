import { csrfField, field, postForm, primaryButton } from '../components/form.ts'
import { passkeySignals, type PasskeySignals } from '../components/passkey.ts'
import { html, name, type Html } from '../html.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { portalPage, type PortalFrame } from './frame.ts'

/** The fields a person fills in, by their names in OIDC Core §5.1. Also the order they stand in. */
export const profileFields = [
  'name',
  'given_name',
  'family_name',
  'picture',
  'locale',
  'zoneinfo',
] as const

export type ProfileField = (typeof profileFields)[number]
export type ProfileProblem = 'text' | 'url' | 'locale' | 'zone'

/** Posts the fields, under their own names. */
export type ProfileProps = {
  readonly frame: PortalFrame
  readonly values: Readonly<Partial<Record<ProfileField, string | undefined>>>
  readonly problems?: Readonly<Partial<Record<ProfileField, ProfileProblem>>> | undefined
  /** Decided by others, and only shown. */
  readonly facts: {
    readonly email: string
    readonly emailVerified: boolean
    readonly username?: string | undefined
  }
  readonly saved?: boolean | undefined
  /** Where there are passkeys. */
  readonly signals?: PasskeySignals | undefined
}

export function profilePage(props: ProfileProps): Html {
  const { frame, values, problems = {}, facts, saved, signals } = props
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  const first = profileFields.find((one) => problems[one] !== undefined)
  return portalPage(frame, {
    section: 'profile',
    title: text('account.nav_profile'),
    lead: t('account.profile_lead'),
    failed: first !== undefined,
    done: saved && t('account.profile_saved'),
    body: html`${fixed(facts, messages)}
    ${postForm(
      { action: `${frame.home}/profile`, token: csrfField(frame.csrf) },
      html`<div class="fields">
          ${profileFields.map((one) => profileField(one, { value: values[one] ?? '', problem: problems[one], focused: one === first }, messages))}
        </div>
        ${zones} ${primaryButton(t('account.profile_save'))}`,
    )}
    ${signals && passkeySignals(frame.page, signals)}`,
  })
}

const inputs: Readonly<Record<ProfileField, Html>> = {
  name: html`type="text" autocomplete="name" maxlength="200"`,
  given_name: html`type="text" autocomplete="given-name" maxlength="200"`,
  family_name: html`type="text" autocomplete="family-name" maxlength="200"`,
  picture: html`type="url" autocomplete="photo" maxlength="2048" spellcheck="false"`,
  locale: html`type="text" autocomplete="language" maxlength="35" spellcheck="false"
  autocapitalize="none"`,
  zoneinfo: html`type="text" list="zones" autocomplete="off" maxlength="64" spellcheck="false"
  autocapitalize="none"`,
}

/** What the time zone may be, for browsers to offer while it is typed. */
const zones = html`<datalist id="zones">
  ${Intl.supportedValuesOf('timeZone').map((zone) => html`<option value="${zone}"></option>`)}
</datalist>`

const hinted = (one: ProfileField) => one === 'picture' || one === 'locale' || one === 'zoneinfo'

type FieldState = {
  readonly value: string
  readonly problem: ProfileProblem | undefined
  readonly focused: boolean
}

function profileField(one: ProfileField, state: FieldState, { t }: Messages): Html {
  return field({
    name: one,
    label: t(`account.profile_${one}`),
    input: inputs[one],
    value: state.value,
    hint: hinted(one) ? t(`account.profile_${one}_hint`) : undefined,
    autofocus: state.focused,
    error: state.problem && t(`account.profile_problem_${state.problem}`),
  })
}

function fixed({ email, emailVerified, username }: ProfileProps['facts'], { t }: Messages): Html {
  return html`<dl class="facts">
    <div>
      <dt>${t('identifier.email')}</dt>
      <dd>
        ${name(email)}
        <span class="tag"
          >${t(emailVerified ? 'account.email_verified' : 'account.email_unverified')}</span
        >
      </dd>
    </div>
    ${
      username !== undefined &&
      html`<div>
        <dt>${t('account.username')}</dt>
        <dd>${name(username)}</dd>
      </div>`
    }
  </dl>`
}
