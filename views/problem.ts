import {
  csrfField,
  postForm,
  primaryButton,
  primaryLink,
  secondaryLink,
} from './components/form.ts'
import { code, linkTo, placeOf, strong } from './components/text.ts'
import { href, html, type Html, type Part } from './html.ts'
import type { PageTenant } from './layout.ts'
import type { Messages } from './messages.ts'

/** What can go wrong, as far as a person has to know. */
export type Problem =
  /** The interaction is over, unknown, or was left by the Back button. */
  | {
      readonly kind: 'expired'
      readonly clientName?: string | undefined
      /** `initiate_login_uri` or `client_uri`. */
      readonly startAgainUrl?: string | undefined
    }
  | {
      readonly kind: 'cookies_blocked'
      readonly host: string
      readonly retryUrl?: string | undefined
    }
  /** The request of the application cannot be trusted: unknown client, redirect URI, or parameters. */
  | { readonly kind: 'client_misconfigured'; readonly clientName?: string | undefined }
  /** Signed in, but not allowed in here. */
  | {
      readonly kind: 'access_denied'
      readonly email?: string | undefined
      readonly clientName?: string | undefined
      readonly switchAccount?: { readonly action: string; readonly csrf: string } | undefined
      readonly askUrl?: string | undefined
    }
  | { readonly kind: 'account_suspended' }
  /** A form that was not sent from our page, or not whole. */
  | { readonly kind: 'bad_request'; readonly retryUrl?: string | undefined }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'throttled'; /** Seconds. */ readonly retryAfter: number }
  | {
      readonly kind: 'unavailable'
      /** Seconds. */
      readonly retryAfter?: number | undefined
      readonly retryUrl?: string | undefined
    }
  | { readonly kind: 'server'; readonly retryUrl?: string | undefined }
  /** RFC 9700 §4.11.2: an error that would send the browser to a place we do not vouch for. */
  | {
      readonly kind: 'untrusted_redirect'
      /** The whole validated address, parameters included. */
      readonly destination: string
      /** Its scheme, when it is an application's own. */
      readonly appScheme?: string | undefined
      readonly clientName?: string | undefined
    }

/** One kind of problem in words. */
export type Explanation = {
  readonly title: string
  readonly sentence: Html
  readonly actions?: Part
  /** The sentence holds the reference already. */
  readonly referenced?: boolean
}

type Context = {
  readonly messages: Messages
  readonly tenant: PageTenant
  readonly reference: string
}

type Explain<K extends Problem['kind']> = (
  problem: Extract<Problem, { kind: K }>,
  context: Context,
) => Explanation

const explanations: { readonly [K in Problem['kind']]: Explain<K> } = {
  expired: ({ clientName, startAgainUrl }, { messages: { t, text } }) => {
    const title = text('error.expired_title')
    if (startAgainUrl === undefined) return { title, sentence: t('error.expired') }
    if (clientName === undefined) {
      const label = t('error.expired_link_plain')
      return { title, sentence: t('error.expired'), actions: primaryLink(startAgainUrl, label) }
    }
    return {
      title,
      sentence: t('error.expired_client', { client: strong(clientName) }),
      actions: primaryLink(startAgainUrl, t('error.expired_link', { client: clientName })),
    }
  },
  cookies_blocked: ({ host, retryUrl }, { messages }) => ({
    title: messages.text('error.cookies_title'),
    sentence: messages.t('error.cookies', { host: strong(host) }),
    actions: retry(retryUrl, messages),
  }),
  client_misconfigured: ({ clientName }, { messages: { t, text }, reference }) => ({
    title: text('error.client_title'),
    sentence:
      clientName === undefined
        ? t('error.client_plain', { reference: code(reference) })
        : t('error.client', { client: strong(clientName), reference: code(reference) }),
    referenced: true,
  }),
  access_denied: (problem, { messages: { t, text } }) => ({
    title: text('error.denied_title'),
    sentence: denied(problem, t),
    actions: [
      problem.switchAccount &&
        postForm(
          {
            action: problem.switchAccount.action,
            token: csrfField(problem.switchAccount.csrf),
          },
          primaryButton(t('error.denied_switch')),
        ),
      problem.askUrl && secondaryLink(problem.askUrl, t('error.denied_ask')),
    ],
  }),
  account_suspended: (_problem, { messages: { t, text }, reference, tenant }) => {
    const { supportEmail } = tenant
    const contact =
      supportEmail &&
      html`${tenant.name}, ${linkTo(`mailto:${supportEmail}`)(html`${supportEmail}`)}`
    return {
      title: text('error.suspended_title'),
      sentence: contact
        ? t('error.suspended', { contact, reference: code(reference) })
        : t('error.suspended_plain', { reference: code(reference) }),
      referenced: true,
    }
  },
  bad_request: ({ retryUrl }, { messages }) => ({
    title: messages.text('error.bad_request_title'),
    sentence: messages.t('error.bad_request'),
    actions: retry(retryUrl, messages),
  }),
  not_found: (_problem, { messages: { t, text } }) => ({
    title: text('error.not_found_title'),
    sentence: t('error.not_found'),
  }),
  throttled: ({ retryAfter }, { messages }) => ({
    title: messages.text('error.throttled_title'),
    sentence: messages.t('error.throttled', { duration: wait(retryAfter, messages) }),
  }),
  unavailable: ({ retryAfter, retryUrl }, { messages }) => ({
    title: messages.text('error.unavailable_title'),
    sentence:
      retryAfter === undefined
        ? messages.t('error.unavailable')
        : messages.t('error.unavailable_wait', { duration: wait(retryAfter, messages) }),
    actions: retry(retryUrl, messages),
  }),
  server: ({ retryUrl }, { messages, reference }) => ({
    title: messages.text('error.server_title'),
    sentence: messages.t('error.server', { reference: code(reference) }),
    actions: retry(retryUrl, messages),
    referenced: true,
  }),
  untrusted_redirect: (
    { destination, clientName, appScheme },
    { messages: { t, text }, tenant },
  ) => {
    const host = strong(placeOf(destination))
    return {
      title: text('error.redirect_title', { tenant: tenant.name }),
      sentence:
        clientName === undefined
          ? t('error.redirect_plain')
          : t('error.redirect', { client: strong(clientName) }),
      actions: html`<p class="compare place">${code(placeOf(destination))}</p>
        <p class="identifier">${code(destination)}</p>
        <a class="button" rel="noreferrer" href="${href(destination, { appScheme })}"
          >${t('error.redirect_link', { host })}</a
        >`,
    }
  },
}

/** RFC 9700 §4.11.2 and the wording of the rest. */
export function explain(problem: Problem, context: Context): Explanation {
  // One entry for each kind, checked above; only the pairing of the two is beyond the compiler.
  const explanation = explanations[problem.kind] as Explain<Problem['kind']>
  return explanation(problem, context)
}

function denied(problem: Extract<Problem, { kind: 'access_denied' }>, t: Messages['t']): Html {
  const { email, clientName } = problem
  if (clientName === undefined) return t('error.denied_plain')
  const client = strong(clientName)
  if (email === undefined) return t('error.denied_client', { client })
  return t('error.denied', { email: strong(email), client })
}

function retry(address: string | undefined, { t }: Messages): Html | undefined {
  return address === undefined ? undefined : primaryLink(address, t('error.retry'))
}

function wait(seconds: number, messages: Messages): Html {
  return html`${messages.duration(seconds)}`
}
