import { setTimeout as delay } from 'node:timers/promises'
import type { Audit } from '#audit/audit.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { brandId, type RequestId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { Throttle, ThrottleRule } from '#login/login.ts'
import { keepsTokens } from '../connection/connection.ts'
import type { Connection, Connections } from '../federation.ts'
import type {
  AskedToken,
  GivenToken,
  KeptTokens,
  RefreshTokens,
  TokenAccess,
  TokenSafe,
  TokenStore,
  UpstreamTokens,
} from './tokens.ts'

export type TokenAccessDeps = {
  readonly store: TokenStore
  readonly safe: TokenSafe
  readonly refresh: RefreshTokens
  readonly connections: Pick<Connections, 'find'>
  readonly throttle: Pick<Throttle, 'attempt'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  /** Milliseconds; for tests. */
  readonly pause?: (ms: number) => Promise<unknown>
}

/** Seconds a token has to be good for when it is given: it is to be used. */
const leastLeft = 30
/** Seconds after which somebody else may refresh: three times what a refresh may take. */
const claimLifetime = 15
/** Seconds in which nobody asks who did not answer. */
const restAfterFailure = 30
/** Looks at what another caller, here or in another process, makes of the refresh: five seconds together. */
const mostLooks = 20
const betweenLooks = 250

/** Whoever keeps what is given to them never comes here; every answer is an audit event (CWE-770). */
const asking: ThrottleRule = {
  name: 'federation.tokens',
  free: 30,
  wait: () => 10,
  window: 300,
}

export function createTokenAccess(deps: TokenAccessDeps): TokenAccess {
  const { throttle, pause = delay } = deps

  return {
    async access(asked) {
      const subject = `${asked.accountId} ${asked.connectionId}`
      const may = await throttle.attempt(asking, asked.tenant.id, subject)
      if (!may.allowed) return { kind: 'too_many', retryAfter: may.retryAfter }
      for (let looks = 0; looks < mostLooks; looks += 1) {
        const given = await look(asked, deps)
        if (given !== 'under_way') return given
        await pause(betweenLooks)
      }
      return { kind: 'unavailable', retryAfter: 1 }
    },
  }
}

type Found = {
  readonly kept: KeptTokens
  readonly connection: Connection
  readonly tokens: UpstreamTokens
}

async function look(asked: AskedToken, deps: TokenAccessDeps): Promise<GivenToken | 'under_way'> {
  const { store, safe, connections, clock } = deps
  const { tenant, accountId, connectionId } = asked
  const connection = await connections.find(tenant.id, connectionId)
  if (connection?.status !== 'active' || !keepsTokens(connection)) return { kind: 'unknown' }
  const kept = await store.find({ tenantId: tenant.id, accountId, connectionId })
  if (!kept) return { kind: 'unknown' }
  const tokens = safe.open(kept.key, kept.sealed)
  if (!tokens) return end(asked, kept, 'seal_broken', deps)
  if (isGood(tokens, epochSeconds(clock))) return give(asked, tokens, deps)
  if (tokens.refreshToken === undefined) return end(asked, kept, 'expired', deps)
  return refreshOnce(asked, { kept, connection, tokens }, deps)
}

const isGood = ({ expiresAt }: UpstreamTokens, now: number): boolean =>
  expiresAt === undefined || expiresAt - now > leastLeft

/** SECURITY: one at a time wherever it is asked: a refresh token that is used twice ends them all (RFC 9700 §4.14.2). */
async function refreshOnce(
  asked: AskedToken,
  found: Found,
  deps: TokenAccessDeps,
): Promise<GivenToken | 'under_way'> {
  const { store, clock } = deps
  const { kept, connection, tokens } = found
  const now = new Date(clock.now())
  if (kept.refresh && kept.refresh.until > now)
    return kept.refresh.isUnderWay ? 'under_way' : restingUntil(kept.refresh.until, now)
  const by = randomToken()
  const claim = { by, now, until: after(now, claimLifetime) }
  if (!(await store.claim(kept, claim))) return 'under_way'
  const came = await deps.refresh(connection, kept.key, tokens)
  if (came.kind === 'ended') return end(asked, kept, came.reason, deps)
  if (came.kind === 'failed') {
    await store.rest(kept.key, by, after(now, restAfterFailure))
    return { kind: 'unavailable', retryAfter: restAfterFailure }
  }
  const isKept = await keepRefreshed(found, { tokens: came.tokens, by }, deps)
  return isKept ? give(asked, came.tokens, deps) : 'under_way'
}

/** Under another version as well, if it still keeps any: the old ones are used up. Who switched it off has ended the claim. */
async function keepRefreshed(
  { kept: { key }, connection }: Found,
  { tokens, by }: { readonly tokens: UpstreamTokens; readonly by: string },
  { store, safe, connections }: TokenAccessDeps,
): Promise<boolean> {
  const sealed = safe.seal(key, tokens)
  if (await store.keep(key, sealed, { version: connection.version, by })) return true
  const now = await connections.find(key.tenantId, key.connectionId)
  return now !== undefined && store.keep(key, sealed, { version: now.version, by })
}

const after = (now: Date, seconds: number): Date => new Date(now.getTime() + seconds * 1000)

const restingUntil = (until: Date, now: Date): GivenToken => ({
  kind: 'unavailable',
  retryAfter: Math.ceil((until.getTime() - now.getTime()) / 1000),
})

/** The refresh token stays here. */
async function give(
  asked: AskedToken,
  { accessToken, expiresAt, scope }: UpstreamTokens,
  deps: TokenAccessDeps,
): Promise<GivenToken> {
  await record(asked, { type: 'federation.token_given', detail: {} }, deps)
  return { kind: 'given', accessToken, expiresAt, scope }
}

async function end(
  asked: AskedToken,
  kept: KeptTokens,
  reason: string,
  deps: TokenAccessDeps,
): Promise<GivenToken | 'under_way'> {
  if (!(await deps.store.drop(kept))) return 'under_way' // they signed in again meanwhile
  await record(asked, { type: 'federation.tokens_dropped', detail: { reason } }, deps)
  return { kind: 'over' }
}

async function record(
  { tenant, accountId, clientId, connectionId, requester }: AskedToken,
  event: { readonly type: string; readonly detail: Readonly<Record<string, string>> },
  { audit }: Pick<TokenAccessDeps, 'audit'>,
): Promise<void> {
  const { ip, userAgent, requestId } = requester
  await audit.append({
    tenantId: tenant.id,
    type: event.type,
    outcome: 'success',
    actor: { kind: 'account', id: accountId },
    accountId,
    clientId,
    ip,
    userAgent,
    requestId: brandId<RequestId>(requestId),
    detail: { connection: connectionId, ...event.detail },
  })
}
