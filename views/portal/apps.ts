import { csrfField, hiddenField, postForm, secondaryButton } from '../components/form.ts'
import { wishes, type ConsentResource } from '../consent.ts'
import { html, name, type Html } from '../html.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { moment, portalPage, section, type PortalFrame } from './frame.ts'

/** Posts `client` to take an application's access away. */
export type AppsProps = {
  readonly frame: PortalFrame
  readonly apps: readonly AppWithAccess[]
  /** Name of the one that was just removed. */
  readonly removed?: string | undefined
}

export type AppWithAccess = {
  readonly clientId: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly claims: readonly string[]
  readonly resources: readonly ConsentResource[]
  readonly grantedAt: Date
}

export function appsPage({ frame, apps, removed }: AppsProps): Html {
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  return portalPage(frame, {
    section: 'apps',
    title: text('account.nav_apps'),
    lead: apps.length > 0 ? t('account.apps_lead') : undefined,
    done: removed !== undefined && t('account.apps_removed', { client: removed }),
    body:
      apps.length === 0
        ? html`<p class="empty">${t('account.apps_empty')}</p>`
        : apps.map((app) => part(app, frame, messages)),
  })
}

function part(app: AppWithAccess, frame: PortalFrame, messages: Messages): Html {
  const { t } = messages
  const token = [csrfField(frame.csrf), hiddenField('client', app.clientId)]
  return section(
    name(app.name),
    html`${wishes(app, 'given', messages)}
      <p class="identifier">
        ${t('account.apps_since', { at: moment(app.grantedAt, frame.page) })}
      </p>
      ${postForm(
        { action: `${frame.home}/apps`, token: html`${token}` },
        secondaryButton(t('account.apps_remove', { client: app.name })),
      )}`,
  )
}
