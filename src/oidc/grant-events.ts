import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { textParam } from './param.ts'
import { AppError } from '#kit/errors.ts'
import type { Audit } from '#audit/audit.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ClientId, TenantId } from '#kit/ids.ts'
import { currentRequestId } from '#telemetry/request-context.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'

export type GrantEventDeps = {
  readonly tenantId: TenantId
  readonly audit: Audit
  readonly metrics: Metrics
  readonly logger: Logger
  /** Told after a family of tokens was revoked because a used refresh token came back (Q15): mails the person. */
  readonly onRefreshTokenReuse: (tenantId: TenantId, reuse: RefreshTokenReuse) => Promise<void>
}

export type RefreshTokenReuse = {
  readonly accountId: AccountId
  readonly clientId: ClientId
  /** Who came with it. */
  readonly ip: string | undefined
}

/** What the engine tells of its work, as numbers and as audit. Emitting is synchronous: nothing here delays an answer. */
export function observeEngine(provider: Provider, deps: GrantEventDeps): void {
  const { metrics, logger } = deps

  provider.on('grant.success', (ctx) => {
    const grant = textParam(ctx, 'grant_type') ?? 'unknown'
    const { AccessToken, ClientCredentials, RefreshToken, RotatedRefreshToken } = ctx.oidc.entities
    if (AccessToken ?? ClientCredentials) metrics.tokenIssued({ grant, kind: 'access_token' })
    if (RefreshToken ?? RotatedRefreshToken) metrics.tokenIssued({ grant, kind: 'refresh_token' })
  })

  const countError = (ctx: KoaContextWithOIDC, error: Error) =>
    metrics.oauthError({ endpoint: ctx.oidc.route, error: error.message })
  // one call each: the engine's types know every event by its own overload
  provider.on('authorization.error', countError)
  provider.on('grant.error', countError)
  provider.on('introspection.error', countError)
  provider.on('revocation.error', countError)
  provider.on('userinfo.error', countError)
  provider.on('pushed_authorization_request.error', countError)
  provider.on('registration_create.error', countError)
  provider.on('end_session.error', countError)

  provider.on('server_error', (ctx, error) => {
    const endpoint = ctx.oidc?.route
    const code = error instanceof AppError ? error.code : 'server_error'
    metrics.oauthError({ endpoint: endpoint ?? 'unknown', error: code })
    // a refusal of ours is no failure, and no stranger writes into the error log
    const log = error instanceof AppError ? logger.info : logger.error
    log('the protocol engine was stopped', { endpoint, code, err: error })
  })

  provider.on('grant.revoked', (ctx) => {
    const reuse = reuseOf(ctx)
    if (reuse) settle(reportReuse(ctx, reuse, deps), logger)
  })
}

/** A revocation at the token endpoint while a used refresh token lies on the table is a reuse (RFC 9700 §4.14.2). */
function reuseOf(ctx: KoaContextWithOIDC): RefreshTokenReuse | undefined {
  const { RefreshToken } = ctx.oidc.entities
  if (ctx.oidc.route !== 'token' || !RefreshToken?.consumed) return undefined
  return {
    accountId: brandId<AccountId>(RefreshToken.accountId),
    clientId: brandId<ClientId>(String(RefreshToken.clientId)),
    ip: ctx.ip,
  }
}

async function reportReuse(
  ctx: KoaContextWithOIDC,
  reuse: RefreshTokenReuse,
  deps: GrantEventDeps,
): Promise<void> {
  await deps.audit.append({
    tenantId: deps.tenantId,
    type: 'oidc.refresh_token_reused',
    outcome: 'failure',
    actor: { kind: 'client', id: reuse.clientId },
    ...reuse,
    userAgent: ctx.get('user-agent'),
    requestId: currentRequestId(),
  })
  await deps.onRefreshTokenReuse(deps.tenantId, reuse)
}

function settle(work: Promise<void>, logger: Logger): void {
  work.catch((err: unknown) => logger.error('an event of the engine was not recorded', { err }))
}
