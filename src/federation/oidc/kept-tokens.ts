import type { UpstreamTokens } from '../tokens/tokens.ts'
import type { Provider } from './oidc.ts'
import type { Tokens } from './redeem.ts'

/** Characters of the longest token that is kept: Microsoft's have some 3000. */
const longestToken = 16_384
const longestScope = 4096
/** Seconds. */
const longestLife = 366 * 24 * 3600

type Answered = Pick<
  Tokens,
  'access_token' | 'token_type' | 'expires_in' | 'refresh_token' | 'scope'
>

/**
 * What is kept of an answer; undefined where nothing is to be, or nothing in it is as RFC 6749 has it. `before`: what was
 * refreshed, which goes on where the answer does not replace it (RFC 6749 §6).
 */
export function keptOf(
  answer: Answered,
  about: {
    readonly provider: Pick<Provider, 'keepsTokens' | 'issuer' | 'clientId'>
    /** Epoch seconds. */
    readonly now: number
    readonly before?: UpstreamTokens
  },
): UpstreamTokens | undefined {
  const { provider, now, before } = about
  const { access_token: accessToken, token_type: type, expires_in: life, scope } = answer
  const refreshToken = answer.refresh_token ?? before?.refreshToken
  // bound to a key we have not, or of no kind anybody knows: it would be of no use to whoever gets it
  if (!provider.keepsTokens || type.toLowerCase() !== 'bearer') return undefined
  if (!isToken(accessToken) || (refreshToken !== undefined && !isToken(refreshToken)))
    return undefined
  return {
    accessToken,
    refreshToken,
    expiresAt: life === undefined ? undefined : now + Math.floor(Math.min(life, longestLife)),
    scope: isScope(scope) ? scope : before?.scope,
    server: provider.issuer,
    clientId: provider.clientId,
  }
}

/** RFC 6749 appendix A.12, A.17. */
const isToken = (text: string): boolean =>
  text.length <= longestToken && /^[\u0020-\u007e]+$/.test(text)

/** RFC 6749 §3.3; some put commas between. */
const isScope = (scope: unknown): scope is string =>
  typeof scope === 'string' && scope.length <= longestScope && /^[\u0020-\u007e]+$/.test(scope)
