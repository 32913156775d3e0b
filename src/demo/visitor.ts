import type { Context } from 'koa'
import type { IDToken, TokenEndpointResponse, UserInfoResponse } from 'openid-client'
import { randomToken } from '#kit/random.ts'
import type { DemoClient } from './demo.ts'

/** What the demo application remembers of one browser. */
export type Visitor = {
  readonly csrf: string
  /** Who they last signed in with. */
  client?: DemoClient | undefined
  /** Of the authorization request in flight. */
  request?:
    | { readonly state: string; readonly nonce: string; readonly verifier: string }
    | undefined
  tokens?: TokenEndpointResponse | undefined
  idTokenClaims?: IDToken | undefined
  userinfo?: UserInfoResponse | undefined
  notice?: 'signed_in' | 'refreshed' | 'userinfo' | undefined
  error?: { readonly code: string; readonly description?: string | undefined } | undefined
}

const cookie = 'signet-demo'
const mostVisitors = 100

/** In memory: a restart of the demo forgets everybody. */
export function createVisitors(): (ctx: Context) => Visitor {
  const visitors = new Map<string, Visitor>()

  return (ctx) => {
    const known = visitors.get(ctx.cookies.get(cookie) ?? '')
    if (known) return known
    const id = randomToken()
    const visitor: Visitor = { csrf: randomToken(16) }
    visitors.set(id, visitor)
    if (visitors.size > mostVisitors) visitors.delete(visitors.keys().next().value as string) // size > 0
    ctx.cookies.set(cookie, id, { httpOnly: true, sameSite: 'lax', signed: false })
    return visitor
  }
}
