import type { IncomingMessage } from 'node:http'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { AppError } from '#kit/errors.ts'
import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Throttle, ThrottleRule } from '#login/login.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import { cameWithRotatedCookie } from './adapter/session-seen.ts'
import { findClientRecord } from './client-models.ts'
import { applyStatus } from './pages/error-page.ts'
import { keepPrefilledCode } from './pages/device-pages.ts'
import type { ArtifactStore } from './oidc.ts'
import { textParam } from './param.ts'

/** Q4: a code is burnt after five wrong verifiers; the engine alone lets them be tried for a minute. */
const wrongVerifiers: ThrottleRule = {
  name: 'oidc.code_verifier',
  free: 4,
  wait: () => 60,
  window: 60,
}

export type GuardDeps = {
  readonly tenantId: TenantId
  readonly store: ArtifactStore
  readonly throttle: Throttle
  readonly logger: Logger
}

/** What the engine threw outside of its own error handlers: saving the session comes after them. */
const unanswered = new WeakMap<IncomingMessage, unknown>()

/** Rejects with what the engine left unanswered: Koa alone would drop every header and send two bare words. */
export async function answeredOrThrown(
  handled: Promise<void>,
  req: IncomingMessage,
): Promise<void> {
  await handled
  if (unanswered.has(req)) throw unanswered.get(req)
}

/** What stands around the engine's own handlers. */
export function installGuards(provider: Provider, deps: GuardDeps): void {
  provider.use(async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      unanswered.set(ctx.req, error)
      ctx.respond = false
    }
  })

  provider.use(keepPrefilledCode as never) // the engine's Koa types know no state before its own

  provider.use(async (ctx, next) => {
    await next()
    if (isServed(ctx)) await afterwards(ctx)
  })

  async function afterwards(ctx: KoaContextWithOIDC): Promise<void> {
    if (cameWithRotatedCookie(ctx)) withholdSessionCookie(ctx)
    if (ctx.status >= 400) await undoRefresh(ctx)
    if (failedVerifier.has(ctx)) await countWrongVerifier(ctx)
  }

  provider.on('grant.error', (ctx, error) => {
    if (causeOf(error)?.includes('code_verifier')) failedVerifier.add(ctx)
  })

  // F10, RFC 9700 §4.11.2: nobody was asked yet, and nobody vouches for this client: show where it leads instead.
  provider.on('authorization.error', (ctx, error) => {
    const isUntrusted = findClientRecord(ctx.oidc.client)?.origin === 'registration'
    if (isUntrusted && ctx.oidc.route === 'authorization')
      Object.assign(error, { allow_redirect: false })
  })

  // A store that is down is 503 with `Retry-After`, not a bug (DESIGN §6).
  provider.on('server_error', (ctx, error) => {
    if (!(error instanceof AppError) || ctx.type === 'text/html') return
    applyStatus(ctx, error)
    const code = error.status === 429 ? 'slow_down' : 'temporarily_unavailable'
    ctx.body = { error: code, error_description: error.message }
  })

  /**
   * The successor was written and the client never got it: a store failed, or the engine refused the rest of the request.
   * The client keeps the token it has, and must not be taken for a thief when it tries again in a minute (Q15).
   */
  async function undoRefresh(ctx: KoaContextWithOIDC): Promise<void> {
    const { RotatedRefreshToken: used, RefreshToken: successor } = ctx.oidc.entities
    if (!used || !successor || used.jti === successor.jti) return
    const rotation = { used: sha256(used.jti), successor: sha256(successor.jti) }
    try {
      await deps.store.undoRotation(deps.tenantId, 'RefreshToken', rotation)
    } catch (err) {
      deps.logger.warn('a rotation could not be taken back', { err })
    }
  }

  async function countWrongVerifier(ctx: KoaContextWithOIDC): Promise<void> {
    const code = textParam(ctx, 'code')
    if (code === undefined) return
    const id = sha256(code)
    const answer = await deps.throttle.attempt(wrongVerifiers, deps.tenantId, id)
    if (!answer.allowed) await deps.store.destroy(deps.tenantId, 'AuthorizationCode', id)
  }
}

/** The engine answers at this address: it has put itself into the context. */
function isServed(ctx: object): ctx is KoaContextWithOIDC {
  return 'oidc' in ctx
}

const failedVerifier = new WeakSet<KoaContextWithOIDC>()

function causeOf(error: Error): string | undefined {
  return error.cause instanceof Error ? error.cause.message : undefined
}

/** A request in flight during a rotation must not put the old cookie back over the new one. */
function withholdSessionCookie(ctx: KoaContextWithOIDC): void {
  const name = ctx.oidc.provider.cookieName('session')
  const header = ctx.response.get('set-cookie') as string | string[]
  const cookies = Array.isArray(header) ? header : [header].filter(Boolean)
  const kept = cookies.filter(
    (cookie) => !cookie.startsWith(`${name}=`) && !cookie.startsWith(`${name}.sig=`),
  )
  ctx.remove('set-cookie')
  if (kept.length > 0) ctx.set('set-cookie', kept)
}
