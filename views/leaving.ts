import {
  csrfField,
  postForm,
  primaryButton,
  primaryLink,
  secondaryButton,
  secondaryLink,
} from './components/form.ts'
import { icons } from './components/icons.ts'
import { unbroken } from './components/text.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** Signed in to an account whose end was asked for: keep it, or go no further. */
export type LeavingProps = {
  readonly page: Page
  /** Keeps the account. */
  readonly action: string
  /** Where "Use another account" posts. */
  readonly anotherAction: string
  readonly csrf: string
  readonly leavesAt: Date
}

export function leavingPage({ page, action, anotherAction, csrf, leavesAt }: LeavingProps): Html {
  const { t, text, date } = messagesFor(page.locale)
  const token = csrfField(csrf)
  return layout(page, {
    title: text('leaving.title'),
    body: html`<p>
        ${t('leaving.what', { date: html`<strong>${date(leavesAt)}</strong>`, tenant: page.tenant.name })}
      </p>
      <p>${t('leaving.undo')}</p>
      ${postForm({ action, token }, primaryButton(t('leaving.stay')))}
      ${postForm({ action: anotherAction, token }, secondaryButton(t('chooser.another')))}`,
  })
}

type AfterProps = { readonly page: Page; readonly signInUrl: string }

/** After the end was asked for: everything is signed out. */
export function leftPage({ page, signInUrl }: AfterProps): Html {
  const { t, text } = messagesFor(page.locale)
  return layout(page, {
    title: text('leaving.left_title'),
    body: html`<p>${t('leaving.left')}</p>
      <p>${t('leaving.left_undo')}</p>
      <div class="choice">${secondaryLink(signInUrl, t('signed_out.again'))}</div>`,
  })
}

/** After a password was changed or removed: whatever the old one opened has ended. */
export function passwordChangedPage({ page, signInUrl }: AfterProps): Html {
  const { t, text } = messagesFor(page.locale)
  return layout(page, {
    title: text('account.changed_title'),
    heading: html`${icons.done}${t('account.changed_title')}`,
    body: html`<p>${t('account.changed_what')}</p>
      <div class="choice">${primaryLink(signInUrl, t('identifier.title'))}</div>`,
  })
}

/** After an authenticator app was replaced or turned off: the same. */
export function factorsChangedPage({ page, signInUrl }: AfterProps): Html {
  const { t, text } = messagesFor(page.locale)
  return layout(page, {
    title: text('account.changed_factors_title'),
    heading: html`${icons.done}${unbroken(text('account.changed_factors_title'))}`,
    body: html`<p>${t('account.changed_factors_what')}</p>
      <div class="choice">${primaryLink(signInUrl, t('identifier.title'))}</div>`,
  })
}
