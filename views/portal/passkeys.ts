import {
  alert,
  csrfField,
  field,
  hiddenField,
  postForm,
  secondaryButton,
} from '../components/form.ts'
import { passkeyForm, passkeySignals, type PasskeySignals } from '../components/passkey.ts'
import { html, name, type Html, type Part } from '../html.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { confirmation, moment, portalPage, section, type PortalFrame } from './frame.ts'

/** Posts `credential` to add one; `passkey` and `name` to rename one; `passkey` to remove one. */
export type PasskeysProps = {
  readonly frame: PortalFrame
  readonly passkeys: readonly ShownPasskey[]
  /** One more is too many. */
  readonly isFull: boolean
  /** False leads to a proof before one is added. */
  readonly fresh: boolean
  readonly signals: PasskeySignals
  readonly done?: 'added' | 'renamed' | 'removed' | undefined
  readonly error?: PasskeysError | undefined
}

export type ShownPasskey = {
  readonly id: string
  /** What its owner calls it. */
  readonly name?: string | undefined
  /** Such as `iCloud Keychain`. */
  readonly authenticator?: string | undefined
  readonly isSynced: boolean
  readonly createdAt: Date
  readonly lastUsedAt?: Date | undefined
}

export type PasskeysError =
  | 'refused'
  | 'expired'
  | 'taken'
  | 'name_invalid'
  | 'last_way_in'
  | 'needed'

export function passkeysPage(props: PasskeysProps): Html {
  const { frame, passkeys, signals, done, error } = props
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  return portalPage(frame, {
    section: 'methods',
    title: text('account.passkeys'),
    lead: t('account.passkeys_lead'),
    done: done && t(`account.passkeys_${done}`),
    failed: error !== undefined,
    body: html`${error && alert(sentenceOf(error, props, messages))}
    ${passkeys.length === 0 && html`<p class="empty">${t('account.passkeys_none')}</p>`}
    ${passkeys.map((passkey, at) => part(passkey, { at, frame, messages }))}
    ${section(t(passkeys.length === 0 ? 'account.passkeys_add' : 'account.passkeys_add_title'), addition(props, messages))}
    ${passkeySignals(frame.page, signals)}`,
  })
}

function sentenceOf(error: PasskeysError, { frame }: PasskeysProps, { t }: Messages): Html {
  if (error === 'needed') return t('account.passkeys_needed', { tenant: frame.page.tenant.name })
  return error === 'refused' ? t('passkey.not_added') : t(`account.passkeys_${error}`)
}

function addition({ frame, fresh, isFull }: PasskeysProps, messages: Messages): Part {
  const { t } = messages
  if (isFull) return html`<p>${t('account.passkeys_most')}</p>`
  if (!fresh) return confirmation(frame, 'passkeys', messages)
  return html`<p>${t('account.passkeys_add_what')}</p>
    ${passkeyForm({
      page: frame.page,
      ceremony: 'create',
      action: `${frame.home}/passkeys/add`,
      options: `${frame.home}/passkeys/options`,
      csrf: frame.csrf,
      label: t('account.passkeys_add'),
      primary: true,
      alone: true,
    })}`
}

type Place = { readonly at: number; readonly frame: PortalFrame; readonly messages: Messages }

function part(passkey: ShownPasskey, { at, frame, messages }: Place): Html {
  const { t, text } = messages
  const { authenticator, createdAt, lastUsedAt, isSynced } = passkey
  const called = passkey.name ?? authenticator ?? text('account.passkeys_unnamed')
  const token = html`${csrfField(frame.csrf)}${hiddenField('passkey', passkey.id)}`
  const used = lastUsedAt ? moment(lastUsedAt, frame.page) : t('account.passkeys_never')
  return section(
    html`${name(called)}
      <span class="tag"
        >${t(isSynced ? 'account.passkeys_synced' : 'account.passkeys_bound')}</span
      >`,
    html`<dl class="facts">
        ${fact(t('account.passkeys_created'), moment(createdAt, frame.page))}
        ${fact(t('account.passkeys_used'), used)}
        ${
          passkey.name !== undefined &&
          authenticator !== undefined &&
          fact(t('account.passkeys_kept_by'), name(authenticator))
        }
      </dl>
      <details class="more">
        <summary>${t('account.passkeys_rename_named', { name: called })}</summary>
        ${postForm(
          { action: `${frame.home}/passkeys/rename`, token },
          html`${field({
            name: 'name',
            id: `name-${at}`,
            label: t('account.passkeys_name'),
            input: html`type="text" maxlength="64" autocomplete="off"`,
            value: passkey.name,
          })}
          ${secondaryButton(t('account.passkeys_rename'))}`,
        )}
      </details>
      ${postForm(
        { action: `${frame.home}/passkeys/remove`, token },
        secondaryButton(t('account.passkeys_remove_named', { name: called })),
      )}`,
  )
}

function fact(term: Html, value: Html): Html {
  return html`<div>
    <dt>${term}</dt>
    <dd>${value}</dd>
  </div>`
}
