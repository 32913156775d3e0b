import type { FailureReason } from '../federation.ts'

/**
 * Everything that can be wrong with what an OpenID Provider says, and what it comes to for who signs in. The names are
 * stable: they begin the `detail` of a failure, in the audit event, the log and an administrator's test.
 */
export const problems = {
  'state.missing': 'errand_unknown',
  'state.unknown': 'errand_unknown',
  'state.other_browser': 'errand_unknown',
  'connection.inactive': 'connection_inactive',
  'connection.changed': 'connection_inactive',
  'connection.secret': 'connection_inactive',
  'discovery.unavailable': 'upstream_unavailable',
  'discovery.malformed': 'upstream_unavailable',
  'discovery.issuer': 'upstream_unavailable',
  'discovery.endpoint': 'upstream_unavailable',
  'jwks.unavailable': 'upstream_unavailable',
  'jwks.malformed': 'upstream_unavailable',
  'token.unavailable': 'upstream_unavailable',
  'userinfo.unavailable': 'upstream_unavailable',
  'error.cancelled': 'upstream_cancelled',
  'error.answered': 'upstream_refused',
  'token.refused': 'upstream_refused',
  'userinfo.refused': 'upstream_refused',
  'answer.malformed': 'answer_refused',
  'answer.iss': 'answer_refused',
  'answer.code': 'answer_refused',
  'token.code': 'answer_refused',
  'token.malformed': 'answer_refused',
  'id_token.missing': 'answer_refused',
  'id_token.malformed': 'answer_refused',
  'id_token.alg': 'answer_refused',
  'id_token.key': 'answer_refused',
  'id_token.signature': 'answer_refused',
  'id_token.iss': 'answer_refused',
  'id_token.aud': 'answer_refused',
  'id_token.azp': 'answer_refused',
  'id_token.exp': 'answer_refused',
  'id_token.nbf': 'answer_refused',
  'id_token.iat': 'answer_refused',
  'id_token.nonce': 'answer_refused',
  'id_token.sub': 'answer_refused',
  'id_token.auth_time': 'answer_refused',
  'id_token.at_hash': 'answer_refused',
  'id_token.tid': 'answer_refused',
  'id_token.oid': 'answer_refused',
  'id_token.hd': 'answer_refused',
  'userinfo.malformed': 'answer_refused',
  'userinfo.sub': 'answer_refused',
} as const satisfies Readonly<Record<string, FailureReason>>

export type ProblemCode = keyof typeof problems

/** A refusal on its way through the library, which knows only exceptions. Never leaves this folder. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: ProblemCode
  /** A word of the protocol, such as `invalid_client`; nothing that was said freely. */
  readonly word: string | undefined

  constructor(code: ProblemCode, word?: string) {
    super(code)
    this.code = code
    this.word = word !== undefined && /^[a-z0-9_.-]{1,64}$/i.test(word) ? word : undefined
  }
}

export function failureOf({ code, word }: Refused): {
  readonly reason: FailureReason
  readonly detail: string
} {
  return { reason: problems[code], detail: word === undefined ? code : `${code}: ${word}` }
}
