import {
  alert,
  csrfField,
  postForm,
  secondaryButton,
  secondaryLink,
  warning,
} from '../components/form.ts'
import { html, type Html } from '../html.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { confirmation, moment, portalPage, section, type PortalFrame } from './frame.ts'

export type TwoStepProps = {
  readonly frame: PortalFrame
  readonly fresh: boolean
  /** Undefined: none is set up. */
  readonly app?: AppState | undefined
  /** How many: codes on paper stand in for them as well. */
  readonly passkeys: number
  /** Undefined: there were never any. */
  readonly codes?: CodesState | undefined
  readonly done?: 'app_added' | 'codes_saved' | undefined
  readonly error?: 'demanded' | undefined
}

export type AppState = {
  readonly enrolledAt: Date
  readonly lastUsedAt: Date | undefined
  readonly isLocked: boolean
}

export type CodesState = {
  readonly madeAt: Date
  readonly savedAt: Date | undefined
  readonly left: number
  readonly isLocked: boolean
}

/** So few, and new ones are due. */
const few = 3

/** How sign-ins are confirmed besides a password. Posts to turn the app off. */
export function twoStepPage(props: TwoStepProps): Html {
  const { frame, app, codes, passkeys, done, error } = props
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  return portalPage(frame, {
    section: 'two-step',
    title: text('account.nav_two-step'),
    lead: t('account.two_step_lead'),
    done: done && t(`account.two_step_${done}`),
    failed: error !== undefined,
    body: html`${error && alert(t(`account.two_step_${error}`))}
    ${section(t('two_step.app'), app ? appPart(app, props, messages) : noAppPart(frame, messages))}
    ${(app || codes || passkeys > 0) && section(t('two_step.codes'), codesPart(props, messages))}`,
  })
}

function noAppPart({ home }: PortalFrame, { t }: Messages): Html {
  return html`<p>${t('account.app_none')}</p>
    <div class="choice">${secondaryLink(`${home}/authenticator`, t('account.app_set_up'))}</div>`
}

function appPart(app: AppState, { frame, fresh }: TwoStepProps, messages: Messages): Html {
  const { t } = messages
  const { enrolledAt, lastUsedAt, isLocked } = app
  const { home, csrf, page } = frame
  return html`${isLocked && warning(t('account.app_locked'))}
    <p>
      ${t('account.app_since', { at: moment(enrolledAt, page) })}
      ${lastUsedAt ? t('account.app_used', { at: moment(lastUsedAt, page) }) : t('account.app_unused')}
    </p>
    <div class="choice">${secondaryLink(`${home}/authenticator`, t('account.app_replace'))}</div>
    ${
      fresh
        ? postForm(
            { action: `${home}/two-step/turn-off`, token: csrfField(csrf) },
            secondaryButton(t('account.app_turn_off')),
          )
        : confirmation(frame, 'two-step', messages, {
            link: secondaryLink,
            label: t('account.app_turn_off_confirm'),
          })
    }`
}

function codesPart({ frame, codes }: TwoStepProps, { t }: Messages): Html {
  const isDue = !codes || codes.left <= few || codes.savedAt === undefined || codes.isLocked
  return html`${isDue && warning(t(`account.codes_${whyDue(codes)}`))}
    ${
      codes &&
      html`<p>
        ${t('account.codes_left', { count: codes.left })}
        ${t('account.codes_since', { at: moment(codes.madeAt, frame.page) })}
      </p>`
    }
    <div class="choice">
      ${secondaryLink(`${frame.home}/recovery-codes`, t('account.codes_make'))}
    </div>`
}

function whyDue(codes: CodesState | undefined): 'none' | 'locked' | 'few' | 'unsaved' {
  if (!codes || codes.left === 0) return 'none'
  if (codes.isLocked) return 'locked'
  return codes.left <= few ? 'few' : 'unsaved'
}
