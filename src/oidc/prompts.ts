import { errors, interactionPolicy } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { attainableAcr } from '#session/session.ts'
import { clientRecord } from './client-models.ts'
import { isTrusted } from './grants.ts'
import { textParam } from './param.ts'

const { Check, Prompt, base } = interactionPolicy

/**
 * When a person is asked, and for what. The engine goes through the prompts in order, and the first with a failing
 * check wins: choose an account, sign in, consent.
 */
export function prompts(): interactionPolicy.DefaultPolicy {
  const policy = base()

  const login = policy.get('login')
  const consent = policy.get('consent')
  if (!login || !consent) throw new Error('the engine has no login or consent prompt')

  login.checks.remove('essential_acr')
  login.checks.remove('essential_acrs')
  login.checks.add(essentialAcr)
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

/** OIDC Core §5.5.1.1: an essential `acr` is reached or the request fails. */
const essentialAcr = new Check(
  'essential_acr',
  'the requested authentication context could not be reached',
  'login_required',
  (ctx) => {
    const wanted = essentialAcrValues(ctx)
    if (wanted.length === 0 || wanted.includes(ctx.oidc.acr ?? '')) return Check.NO_NEED_TO_PROMPT
    if (wanted.some((value) => attainableAcr.includes(value))) return Check.REQUEST_PROMPT
    throw new errors.UnmetAuthenticationRequirements(
      'none of the requested authentication context class references can be reached',
    )
  },
)

function essentialAcrValues(ctx: KoaContextWithOIDC): readonly string[] {
  const request: unknown = ctx.oidc.claims.id_token?.['acr']
  if (!isRecord(request) || request['essential'] !== true) return []
  const { values, value } = request
  if (values !== undefined && !Array.isArray(values)) {
    throw new errors.InvalidRequest('claims.id_token.acr.values must be an array')
  }
  return [...(values ?? []), value].filter((item) => typeof item === 'string')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
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
