import { interactionPolicy } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { meetsAcr } from '#client/client.ts'
import type { Client, Clients } from '#client/client.ts'
import { acrDemandOf, acrToTell } from './acr-demand.ts'
import { clientRecord } from './client-models.ts'
import { stepUpReason } from './oidc.ts'
import { isTrusted } from './grants.ts'
import { textParam } from './param.ts'

const { Check, Prompt, base } = interactionPolicy

/**
 * When a person is asked, and for what. The engine goes through the prompts in order, and the first with a failing
 * check wins: choose an account, sign in, consent.
 */
export function prompts(clients: Clients): interactionPolicy.DefaultPolicy {
  const policy = base()

  const login = policy.get('login')
  const consent = policy.get('consent')
  if (!login || !consent) throw new Error('the engine has no login or consent prompt')

  login.checks.remove('essential_acr')
  login.checks.remove('essential_acrs')
  login.checks.add(createStepUp(clients))
  login.checks.add(accountUnavailable)

  consent.checks.remove('consent_prompt')
  consent.checks.add(consentAskedFor, 0)
  consent.checks.remove('native_client_prompt')
  consent.checks.add(nativeClient)
  consent.checks.add(unverifiedClient)

  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0)
  return policy
}

/** F7: a session whose account is gone or disabled is no session; the engine alone would fail with 500. */
const accountUnavailable = new Check(
  'account_unavailable',
  'the account of this session is not available',
  'login_required',
  (ctx) => ctx.oidc.session?.accountId !== undefined && ctx.oidc.account === undefined,
)

/**
 * OIDC Core §3.1.2.1 and §5.5.1.1, RFC 9470 §5: who has not proved enough is asked for more, and told so where nobody may be
 * asked. A wish is asked for once; what is essential is reached, or the request fails.
 */
const createStepUp = (clients: Clients) =>
  new Check(
    stepUpReason,
    'the requested authentication context is not reached',
    'unmet_authentication_requirements',
    async (ctx) => {
      const { oidc } = ctx
      const demand = oidc.client && (await demandOf(oidc, clientRecord(oidc.client), clients))
      if (!demand) return Check.NO_NEED_TO_PROMPT
      if (meetsAcr(oidc.acr, demand.needed)) {
        tellAcr(oidc, acrToTell(oidc.acr, demand))
        return Check.NO_NEED_TO_PROMPT
      }
      const isEnough = demand.required === undefined || meetsAcr(oidc.acr, demand.required)
      const isAsked = oidc.result?.login !== undefined
      return !(isEnough && isAsked)
    },
  )

type OidcContext = KoaContextWithOIDC['oidc']

const demandOf = (oidc: OidcContext, client: Client, clients: Clients) =>
  acrDemandOf(oidc.params ?? {}, client, clients)

/** The session keeps what was proved; only this request's tokens say it in the words of who asked. */
function tellAcr(oidc: OidcContext, acr: string | undefined): void {
  if (acr !== oidc.acr) Object.defineProperty(oidc, 'acr', { value: acr })
}

/** `prompt=consent`. My account is no application to allow anything: whoever links to it so gets the same as without. */
const consentAskedFor = new Check(
  'consent_prompt',
  'consent prompt was not resolved',
  'consent_required',
  ({ oidc }) => {
    if (oidc.client && clientRecord(oidc.client).origin === 'built_in') return false
    return oidc.prompts.has('consent') && oidc.promptPending('consent')
  },
)

/** RFC 8252 §8.6: anybody can claim a custom scheme or a loopback port, so the person confirms each time. */
const nativeClient = new Check(
  'native_client_prompt',
  'native clients require End-User interaction',
  'interaction_required',
  (ctx) => {
    const { client, result } = ctx.oidc
    if (client?.applicationType !== 'native' || result?.consent) return Check.NO_NEED_TO_PROMPT
    const isClaimedHttps = (textParam(ctx, 'redirect_uri') ?? 'https:').startsWith('https:')
    return !(isClaimedHttps && isTrusted(clientRecord(client)))
  },
)

/** Q9: whoever registered itself is nobody's friend yet: the person sees its name each time. */
const unverifiedClient = new Check(
  'unverified_client',
  'dynamically registered clients require End-User interaction',
  'consent_required',
  (ctx) => {
    const { client, result } = ctx.oidc
    return (
      client !== undefined && clientRecord(client).origin === 'registration' && !result?.consent
    )
  },
)
