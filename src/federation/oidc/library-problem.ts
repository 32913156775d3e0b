import * as oidc from 'openid-client'
import { Refused, type ProblemCode } from './problem.ts'

/** What is under way when the library gives up. */
export type Stage = 'answer' | 'token' | 'userinfo'

/**
 * What the library throws, in our words. SECURITY: its errors carry whole answers as their cause: nothing of them but their
 * kind, and the name of a claim, goes on from here.
 */
export function refusedFor(error: unknown, stage: Stage): Refused {
  const own = causesOf(error).find((cause) => cause instanceof Refused)
  if (own) return own
  if (error instanceof oidc.AuthorizationResponseError) return refusedAnswer(error.error)
  if (error instanceof oidc.ResponseBodyError) return refusedRequest(error.error, stage)
  if (error instanceof oidc.WWWAuthenticateChallengeError)
    return refusedRequest(error.cause[0]?.parameters['error'] ?? 'invalid_client', stage)
  const claim = claimOf(error)
  if (claim !== undefined) return new Refused(stage === 'userinfo' ? 'userinfo.malformed' : claim)
  return new Refused(byKind(error, stage))
}

/** They went back over there, or the other side does not want them (RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6). */
function refusedAnswer(error: string): Refused {
  const isCancelled = error === 'access_denied' || error === 'user_cancelled_authorize' // the latter is Apple's
  return new Refused(isCancelled ? 'error.cancelled' : 'error.answered', error)
}

/** RFC 6749 §5.2: a code of somebody else, used before, or of another verifier is an `invalid_grant`. */
function refusedRequest(error: string, stage: Stage): Refused {
  if (stage === 'userinfo') return new Refused('userinfo.refused', error)
  return new Refused(error === 'invalid_grant' ? 'token.code' : 'token.refused', error)
}

const claims: Readonly<Record<string, ProblemCode>> = {
  iss: 'id_token.iss',
  aud: 'id_token.aud',
  azp: 'id_token.azp',
  exp: 'id_token.exp',
  nbf: 'id_token.nbf',
  iat: 'id_token.iat',
  nonce: 'id_token.nonce',
  sub: 'id_token.sub',
  auth_time: 'id_token.auth_time',
}

function claimOf(error: unknown): ProblemCode | undefined {
  for (const cause of causesOf(error)) {
    const named = nameIn(cause)
    if (named !== undefined && Object.hasOwn(claims, named)) return claims[named]
  }
  return undefined
}

/** Told by the error's cause, or only by its sentence; `azp` is spoken of as a second audience. */
function nameIn(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  const [, inSentence] = /(?:JWT|ID Token) "(\w+)"/.exec(cause.message) ?? []
  if (inSentence !== undefined) return inSentence
  const { cause: facts } = cause
  const isNamed = typeof facts === 'object' && facts !== null && 'claim' in facts
  return isNamed && typeof facts.claim === 'string' ? facts.claim : undefined
}

const sentences: readonly (readonly [RegExp, ProblemCode])[] = [
  [/parameter "iss"|"iss" \(issuer\) response parameter|response parameter "iss"/, 'answer.iss'],
  [/no authorization code/, 'answer.code'],
  [/"state"|more than once|implicit and hybrid|JARM/, 'answer.malformed'],
  [/verification key|no applicable keys|multiple applicable keys/, 'id_token.key'],
  [/signature verification failed/, 'id_token.signature'],
  [/"alg"|JWS algorithm|"crit"/, 'id_token.alg'],
  [/"id_token" property/, 'id_token.missing'],
  [/JWT|JWE/, 'id_token.malformed'],
  [/"sub" property/, 'userinfo.sub'],
]

function byKind(error: unknown, stage: Stage): ProblemCode {
  const messages = causesOf(error).map((cause) => (cause instanceof Error ? cause.message : ''))
  const found = sentences.find(([sentence]) => messages.some((text) => sentence.test(text)))
  if (found) return found[1]
  if (stage === 'answer') return 'answer.malformed'
  return stage === 'userinfo' ? 'userinfo.malformed' : 'token.malformed'
}

function causesOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = []
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at)
  return chain
}
