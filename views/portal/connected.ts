import { alert, csrfField, hiddenField, postForm, secondaryButton } from '../components/form.ts'
import { strong } from '../components/text.ts'
import { html, name, type Html, type Part } from '../html.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { confirmation, fact, moment, portalPage, section, type PortalFrame } from './frame.ts'

/** Posts `connection` to connect one, and to disconnect one. */
export type ConnectedProps = {
  readonly frame: PortalFrame
  /** Oldest first. */
  readonly connected: readonly ShownConnected[]
  /** What may be connected as well. */
  readonly offered: readonly OfferedConnection[]
  /** False leads to a proof before anything is changed. */
  readonly fresh: boolean
  readonly told?: ConnectedNews | undefined
}

export type OfferedConnection = { readonly id: string; readonly name: string }

export type ShownConnected = OfferedConnection & {
  /** What it was called over there when it was connected. */
  readonly email?: string | undefined
  readonly isOff: boolean
  readonly createdAt: Date
  readonly lastUsedAt?: Date | undefined
}

/** What came of the last try, and with whom. */
export type ConnectedNews = {
  readonly what: 'linked' | 'unlinked' | ConnectedError
  readonly connection: string
}

export const connectedErrors = [
  'authentication_too_weak',
  'cancelled',
  'domain_not_allowed',
  'failed',
  'identity_taken',
  'last_way_in',
  'needed',
  'unavailable',
] as const

export type ConnectedError = (typeof connectedErrors)[number]

export function connectedPage(props: ConnectedProps): Html {
  const { frame, connected, offered, told } = props
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  const isDone = told?.what === 'linked' || told?.what === 'unlinked'
  const said = told && sentence(told, messages)
  return portalPage(frame, {
    section: 'methods',
    title: text('account.connected'),
    lead: t('account.connected_lead'),
    done: isDone && said,
    failed: told !== undefined && !isDone,
    body: html`${!isDone && said && alert(said)}
    ${connected.length === 0 && html`<p class="empty">${t('account.connected_none')}</p>`}
    ${connected.map((one) => part(one, props, messages))}
    ${offered.length > 0 && section(t('account.connected_add'), addition(props, messages))}`,
  })
}

function sentence({ what, connection }: ConnectedNews, { t }: Messages): Html {
  if (what === 'last_way_in' || what === 'needed') return t(`account.connected_${what}`)
  return t(`account.connected_${what}`, { connection: strong(connection) })
}

function addition({ frame, offered, fresh }: ConnectedProps, messages: Messages): Part {
  const { t } = messages
  if (!fresh) return confirmation(frame, 'connected', messages)
  return html`<p>${t('account.connected_add_what')}</p>
    ${offered.map(({ id, name: connection }) =>
      postForm(
        {
          action: `${frame.home}/connected/link`,
          token: html`${csrfField(frame.csrf)}${hiddenField('connection', id)}`,
        },
        secondaryButton(t('account.connected_add_named', { connection })),
      ),
    )}`
}

function part(one: ShownConnected, { frame }: ConnectedProps, messages: Messages): Html {
  const { t } = messages
  const { id, name: connection, email, isOff, createdAt, lastUsedAt } = one
  const token = html`${csrfField(frame.csrf)}${hiddenField('connection', id)}`
  const used = lastUsedAt ? moment(lastUsedAt, frame.page) : t('account.connected_never')
  return section(
    html`${name(connection)}
    ${isOff && html`<span class="tag">${t('account.connected_off')}</span>`}`,
    html`<dl class="facts">
        ${email !== undefined && fact(t('account.connected_as'), name(email))}
        ${fact(t('account.connected_since'), moment(createdAt, frame.page))}
        ${fact(t('account.connected_used'), used)}
      </dl>
      ${postForm(
        { action: `${frame.home}/connected/unlink`, token },
        secondaryButton(t('account.connected_remove_named', { connection })),
      )}`,
  )
}
