import { csrfField, postForm, primaryLink, quietButton } from '../components/form.ts'
import { href, html, name, type Html, type Part } from '../html.ts'
import { layout, type Page } from '../layout.ts'
import { messagesFor, type Messages } from '../messages.ts'

/** The places of My account, in the order they are read. */
export const portalSections = [
  'profile',
  'methods',
  'two-step',
  'sessions',
  'apps',
  'activity',
  'data',
] as const

export type PortalSection = (typeof portalSections)[number]

/** What every page of My account has in common. */
export type PortalFrame = {
  readonly page: Page
  /** Address of My account, such as `/t/acme/account`. */
  readonly home: string
  readonly csrf: string
  readonly email: string
}

export type PortalContent = {
  readonly section: PortalSection
  readonly title: string
  readonly lead?: Html | undefined
  readonly body: Part
  /** What was just done: read out, not focused. */
  readonly done?: Html | false | undefined
  readonly failed?: boolean | undefined
}

export function portalPage(frame: PortalFrame, content: PortalContent): Html {
  const { title, lead, body, done, failed, section } = content
  return layout(frame.page, {
    title,
    lead,
    failed,
    width: 'settings',
    navigation: navigation(frame, section),
    body: html`${done && html`<p class="note" role="status">${done}</p>`}${body}`,
  })
}

function navigation({ page, home, csrf, email }: PortalFrame, current: PortalSection): Html {
  const { t, text } = messagesFor(page.locale)
  return html`<div class="who-am-i">
      <span>${name(email)}</span>
      ${postForm({ action: `${home}/sign-out`, token: csrfField(csrf) }, quietButton(t('account.sign_out')))}
    </div>
    <nav class="sections" aria-label="${text('account.name')}">
      <ul>
        ${portalSections.map((section) => {
          const here = section === current && html`aria-current="page"`
          return html`<li>
            <a href="${href(`${home}/${section}`)}" ${here}>${t(`account.nav_${section}`)}</a>
          </li>`
        })}
      </ul>
    </nav>`
}

/** A part of a page with a heading of its own. */
export function section(heading: Html, body: Part): Html {
  return html`<section class="part">
    <h2>${heading}</h2>
    ${body}
  </section>`
}

/** `3 November 2026 at 14:02 UTC`, for people and machines. */
export function moment(at: Date, page: Page): Html {
  const { instant } = messagesFor(page.locale)
  return html`<time datetime="${at.toISOString()}" dir="auto">${instant(at)}</time>`
}

/** Q64: leads to the sign-in page, and back to a page of My account. */
export function confirmation(
  { home }: PortalFrame,
  page: string,
  { t }: Messages,
  { link = primaryLink, label = t('account.confirm_link') } = {},
): Html {
  return html`<p class="field-hint">${t('account.confirm_why')}</p>
    <div class="choice">${link(`${home}/confirm/${page}`, label)}</div>`
}

/** One line of a list of facts (`<dl class="facts">`). */
export function fact(term: Html, value: Html): Html {
  return html`<div>
    <dt>${term}</dt>
    <dd>${value}</dd>
  </div>`
}

export type PortalDevice = {
  readonly browser: string | undefined
  readonly system: string | undefined
}

/** `Firefox on Windows`, or as much of it as is known. */
export function deviceName({ browser, system }: PortalDevice, { t }: Messages): Html {
  if (browser !== undefined && system !== undefined) return t('account.device', { browser, system })
  const one = browser ?? system
  return one === undefined ? t('account.device_unknown') : name(one)
}
