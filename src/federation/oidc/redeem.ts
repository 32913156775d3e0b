import * as oidc from 'openid-client'
import type { KeptErrand } from '../errand/errand.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { idTokenProblem, isHashOf } from './checks.ts'
import type { Claims, Said } from './claims.ts'
import { githubClaims } from './github.ts'
import { refusedFor, type Stage } from './library-problem.ts'
import type { Answer, Provider, ServerDocument } from './oidc.ts'
import { Refused } from './problem.ts'

export type Redeeming = {
  readonly config: oidc.Configuration
  readonly document: ServerDocument
  readonly provider: Provider
  readonly redirectUri: string
  readonly answer: Answer
  readonly kept: KeptErrand
  readonly clock: Clock
}

/** The code for claims that hold, and for what they let us do there. Throws `Refused`. */
export async function redeem(
  input: Redeeming,
): Promise<{ readonly said: Said; readonly tokens: Tokens }> {
  const { answer, provider } = input
  checkAnswer(input)
  const stage: Stage = answer.error === undefined ? 'token' : 'answer'
  const tokens = await orRefused(stage, () => grant(input))
  if (provider.source === 'github')
    return { said: { token: await askGithub(input, tokens), userinfo: undefined }, tokens }
  const claims = checkedClaims(input, tokens)
  const userinfo = await userinfoOf(input, tokens, claims)
  const besides = provider.besides?.(answer)
  const said = { token: claims, userinfo: besides ? { ...besides, ...userinfo } : userinfo }
  return { said, tokens }
}

/** RFC 9207 where the library does not look, and what it would take for a programming error. */
function checkAnswer({ answer, provider, document }: Redeeming): void {
  if (answer.isMalformed) throw new Refused('answer.malformed')
  const { isAnswerFrom } = provider
  if (isAnswerFrom) {
    const { authorization_response_iss_parameter_supported: isPromised = false } = document
    const isGood = answer.iss === undefined ? !isPromised : isAnswerFrom(answer.iss)
    if (!isGood) throw new Refused('answer.iss')
  }
  if (answer.error === undefined && answer.code === undefined) throw new Refused('answer.code')
}

async function grant(input: Redeeming): Promise<Tokens> {
  const { config, provider, redirectUri, answer, kept } = input
  const url = new URL(redirectUri)
  const { state, code, error } = answer
  const iss = provider.isAnswerFrom ? undefined : answer.iss
  for (const [name, value] of Object.entries({ state, code, error, iss }))
    if (value !== undefined) url.searchParams.set(name, value)
  const isOpenId = provider.source === 'id_token'
  return oidc.authorizationCodeGrant(config, url, {
    expectedState: answer.state ?? '',
    pkceCodeVerifier: String(kept.memo['verifier']),
    ...(isOpenId ? { expectedNonce: String(kept.memo['nonce']), idTokenExpected: true } : {}),
  })
}

export type Tokens = Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>

function checkedClaims(input: Redeeming, tokens: Tokens): Claims {
  const { provider, clock, kept, answer } = input
  const claims = tokens.claims() as Claims | undefined // the library knows no claims but the registered ones
  if (!claims) throw new Refused('id_token.missing')
  const problem = idTokenProblem(claims, {
    clientId: provider.clientId,
    now: epochSeconds(clock),
    startedAt: kept.startedAt,
    maxAge: maxAgeIn(kept),
  })
  if (problem) throw new Refused(problem)
  if (!isHashOf(claims['at_hash'], tokens.access_token, provider.alg))
    throw new Refused('id_token.at_hash')
  // mix-up: an answer and a token of two issuers that would both do
  if (answer.iss !== undefined && answer.iss !== claims['iss']) throw new Refused('answer.iss')
  return claims
}

function maxAgeIn({ memo }: KeptErrand): number | undefined {
  return memo['maxAge'] === undefined ? undefined : Number(memo['maxAge'])
}

/** Asked only for what the token does not say. OIDC Core §5.3.2: of the same subject, or nothing of it counts. */
async function userinfoOf(
  { config, document }: Redeeming,
  tokens: Tokens,
  claims: Claims,
): Promise<Claims | undefined> {
  const isComplete = claims['email'] !== undefined && claims['name'] !== undefined
  if (isComplete || document.userinfo_endpoint === undefined) return undefined
  return orRefused('userinfo', () =>
    oidc.fetchUserInfo(config, tokens.access_token, String(claims['sub'])),
  )
}

const githubApi = 'https://api.github.com'

async function askGithub({ config, kept }: Redeeming, tokens: Tokens): Promise<Claims> {
  if (maxAgeIn(kept) !== undefined) throw new Refused('id_token.auth_time') // it never tells
  const ask = (path: string) => orRefused('userinfo', () => fetchJson(config, tokens, path))
  const claims = githubClaims(await ask('/user'), await ask('/user/emails'))
  if (!claims) throw new Refused('userinfo.malformed')
  return claims
}

async function fetchJson(config: oidc.Configuration, tokens: Tokens, path: string) {
  const url = new URL(githubApi + path)
  const headers = new Headers({ accept: 'application/vnd.github+json' })
  const token = tokens.access_token
  const answer = await oidc.fetchProtectedResource(config, token, url, 'GET', null, headers)
  if (answer.status !== 200)
    throw new Refused('userinfo.refused', `status_${String(answer.status)}`)
  const json: unknown = await answer.json()
  return json
}

async function orRefused<Value>(stage: Stage, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    throw refusedFor(error, stage)
  }
}
