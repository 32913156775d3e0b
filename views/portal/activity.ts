import { csrfField, postForm, primaryButton, secondaryLink } from '../components/form.ts'
import { code } from '../components/text.ts'
import { href, html, name, type Html } from '../html.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { deviceName, moment, portalPage } from './frame.ts'
import type { PortalDevice, PortalFrame } from './frame.ts'

export type ActivityProps = {
  readonly frame: PortalFrame
  /** Newest first. */
  readonly events: readonly ActivityEvent[]
}

/** What happened, by its words in the catalogue. */
export const activityKinds = [
  'created',
  'sign_in',
  'sign_in_failed',
  'signed_out_everywhere',
  'session_ended',
  'new_device',
  'profile_changed',
  'changed_by_admin',
  'paused',
  'resumed',
  'email_changed',
  'email_undone',
  'email_verified',
  'password_set',
  'password_removed',
  'passkey_added',
  'passkey_removed',
  'passkey_renamed',
  'passkey_counter',
  'second_step',
  'sign_in_doubted',
  'sign_in_refused',
  'device_trusted',
  'device_untrusted',
  'connected_added',
  'connected_removed',
  'connected_read',
  'connected_over',
  'emergency',
  'totp_enrolled',
  'totp_removed',
  'factor_locked',
  'codes_made',
  'code_used',
  'codes_removed',
  'app_allowed',
  'app_denied',
  'app_removed',
  'app_stopped',
  'disputed',
  'exported',
  'leaving',
  'staying',
  'other',
] as const

export type ActivityKind = (typeof activityKinds)[number]

export type ActivityEvent = {
  readonly kind: ActivityKind
  readonly at: Date
  readonly app?: string | undefined
  readonly device?: PortalDevice | undefined
  readonly ip?: string | undefined
}

export function activityPage({ frame, events }: ActivityProps): Html {
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  return portalPage(frame, {
    section: 'activity',
    title: text('account.nav_activity'),
    lead: t('account.activity_lead'),
    body:
      events.length === 0
        ? html`<p class="empty">${t('account.activity_empty')}</p>`
        : html`<ol class="events">
            ${events.map((event) => line(event, frame, messages))}
          </ol>`,
  })
}

function line(event: ActivityEvent, { page, home }: PortalFrame, messages: Messages): Html {
  const { t } = messages
  const { device, ip, app } = event
  return html`<li>
    <strong>${t(`account.activity_${event.kind}`)}</strong>
    <span>${moment(event.at, page)}${app !== undefined && [' · ', name(app)]}</span>
    ${(device ?? ip) !== undefined && html`<span>${device && [deviceName(device, messages), ip !== undefined && ' · ']}${ip !== undefined && code(ip)}</span>`}
    <a href="${href(`${home}/not-me`)}">${t('account.not_me')}</a>
  </li>`
}

/** Posts nothing but that it was somebody else. */
export type NotMeProps = { readonly frame: PortalFrame }

export function notMePage({ frame }: NotMeProps): Html {
  const { t, text } = messagesFor(frame.page.locale)
  return portalPage(frame, {
    section: 'activity',
    title: text('account.not_me_title'),
    body: html`<p>${t('account.not_me_what')}</p>
      ${postForm(
        { action: `${frame.home}/not-me`, token: csrfField(frame.csrf) },
        html`<div class="choice">
          ${primaryButton(t('account.not_me_submit'))}
          ${secondaryLink(`${frame.home}/activity`, t('account.not_me_back'))}
        </div>`,
      )}`,
  })
}
