import {
  csrfField,
  hiddenField,
  postForm,
  primaryButton,
  secondaryButton,
} from '../components/form.ts'
import { code } from '../components/text.ts'
import { html, name, type Html } from '../html.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { deviceName, fact, moment, portalPage, section } from './frame.ts'
import type { PortalDevice, PortalFrame } from './frame.ts'
import { trustedDevices, type PortalTrustedDevice } from './trusted-devices.ts'

/** Posts `session` to end one; nothing to end the others, or all. */
export type SessionsProps = {
  readonly frame: PortalFrame
  readonly sessions: readonly PortalSession[]
  readonly trusted: readonly PortalTrustedDevice[]
  readonly done?: SessionsDone | undefined
}

/** What was just done there. */
export const sessionsDone = ['ended', 'others_ended', 'gone', 'untrusted', 'all_untrusted'] as const
export type SessionsDone = (typeof sessionsDone)[number]

export type PortalSession = {
  readonly id: string
  readonly device: PortalDevice
  readonly ip?: string | undefined
  /** Such as `Vienna, AT`; roughly. */
  readonly place?: string | undefined
  readonly openedAt: Date
  readonly lastSeenAt: Date
  /** Names of the applications signed in to there. */
  readonly apps: readonly string[]
  readonly isCurrent: boolean
}

export function sessionsPage({ frame, sessions, trusted, done }: SessionsProps): Html {
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  const token = csrfField(frame.csrf)
  return portalPage(frame, {
    section: 'sessions',
    title: text('account.nav_sessions'),
    lead: t('account.sessions_lead'),
    done: done && t(`account.sessions_${done}`),
    body: html`${sessions.map((one) => part(one, frame, messages))}
      <div class="part">
        <div class="choice">
          ${
            sessions.length > 1 &&
            postForm(
              { action: `${frame.home}/sessions/others`, token },
              primaryButton(t('account.sessions_end_others')),
            )
          }
          ${postForm(
            { action: `${frame.home}/sessions/all`, token },
            secondaryButton(t('account.sessions_end_all')),
          )}
        </div>
      </div>
      ${trusted.length > 0 && trustedDevices(frame, trusted)}`,
  })
}

function part(one: PortalSession, frame: PortalFrame, messages: Messages): Html {
  const { t } = messages
  const { device, ip, place, openedAt, lastSeenAt, apps, isCurrent } = one
  const token = html`${csrfField(frame.csrf)}${hiddenField('session', one.id)}`
  return section(
    html`${deviceName(device, messages)}
    ${isCurrent && html`<span class="tag signed_in">${t('account.sessions_current')}</span>`}`,
    html`<dl class="facts">
        ${fact(t('account.sessions_seen'), moment(lastSeenAt, frame.page))}
        ${fact(t('account.sessions_opened'), moment(openedAt, frame.page))}
        ${ip !== undefined && fact(t('account.sessions_from'), html`${code(ip)}${place !== undefined && [' · ', name(place)]}`)}
        ${apps.length > 0 && fact(t('account.sessions_apps'), html`${apps.map((app, at) => [at > 0 && ', ', name(app)])}`)}
      </dl>
      ${
        !isCurrent &&
        postForm(
          { action: `${frame.home}/sessions/end`, token },
          secondaryButton(t('account.sessions_end')),
        )
      }`,
  )
}
