import { errors, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'
import { z } from 'zod'
import { mayUseApi } from '#client/client.ts'
import type { Clients } from '#client/client.ts'
import type { Keys } from '#key/key.ts'
import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ClientId, SessionUid } from '#kit/ids.ts'
import { isOver } from '#session/session.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { elsewhereOf } from '../federated-session.ts'
import type { ArtifactStore } from '../oidc.ts'
import type { EngineRegistry } from '../registry.ts'
import { apiAudience, apiScope, apiScopesOf } from './direct.ts'
import type { DirectTokens, TokenOwner } from './direct.ts'
import { sessionClaim } from './session-claim.ts'

export type IdentifyDeps = {
  readonly registry: Pick<EngineRegistry, 'engineOf'>
  readonly keys: Pick<Keys, 'keySet'>
  readonly clients: Pick<Clients, 'find'>
  readonly store: Pick<ArtifactStore, 'findByUid'>
  readonly clock: Clock
}

/** Longer than any token of ours: refused before anything is decoded. */
const longestToken = 4096

/**
 * SECURITY: a signature proves who issued a token, not that it still holds. What it hangs on is asked for each time, so
 * that a session ended, a consent revoked or a reused refresh token is felt at once and not in ten minutes (Q17).
 */
export function createIdentify(deps: IdentifyDeps): DirectTokens['identify'] {
  return async (tenant, accessToken) => {
    const claims = await verifiedClaims(tenant, accessToken, deps)
    if (!claims) return undefined
    const { sub, client_id: clientId, [sessionClaim]: uid } = claims
    if (typeof clientId !== 'string' || typeof uid !== 'string') return undefined
    const client = await deps.clients.find(tenant.id, brandId<ClientId>(clientId))
    if (client?.status !== 'active' || !mayUseApi(client)) return undefined
    const session = await findSession(tenant, uid, clientId)
    // whoever signs in to the same browser session later is not whom the token was issued for
    if (!session || session.accountId !== sub) return undefined
    const scopes = apiScopesOf(client).filter((scope) => scopesOf(claims).includes(scope))
    return { ...session, client, scopes }
  }

  async function findSession(
    tenant: Tenant,
    uid: string,
    clientId: string,
  ): Promise<Omit<TokenOwner, 'client' | 'scopes'> | undefined> {
    const now = epochSeconds(deps.clock)
    const found = await deps.store.findByUid(tenant.id, brandId<SessionUid>(uid), now)
    // a row that was rotated away lives on for seconds: it is nobody's session any more
    if (!found || found.consumedAt !== undefined) return undefined
    const session = stored.parse(JSON.parse(found.payload))
    const grantId = session.authorizations?.[clientId]?.grantId
    if (!session.accountId || session.loginTs === undefined || grantId === undefined)
      return undefined
    if (session.exp <= now || isOver(session, now)) return undefined
    const { provider } = await deps.registry.engineOf(tenant)
    if (!(await provider.Grant.find(grantId))) return undefined
    return {
      accountId: brandId<AccountId>(session.accountId),
      sessionUid: brandId<SessionUid>(uid),
      provedAt: session.loginTs,
      signIn: { acr: session.acr, amr: session.amr ?? [], via: elsewhereOf(session).via },
    }
  }
}

/** A session as the codec wrote it, as far as it matters here. */
const stored = z.object({
  accountId: z.string().optional(),
  acr: z.string().optional(),
  amr: z.array(z.string()).optional(),
  loginTs: z.number().optional(),
  via: z.string().optional(),
  until: z.number().optional(),
  exp: z.number(),
  authorizations: z.record(z.string(), z.object({ grantId: z.string().optional() })).optional(),
})

/** RFC 9068 §4. */
async function verifiedClaims(
  tenant: Tenant,
  token: string,
  { keys, clock }: IdentifyDeps,
): Promise<JWTPayload | undefined> {
  if (token.length > longestToken) return undefined
  const known = await keys.keySet(tenant.id)
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid, alg }) => {
        const key = known.keys.find((one) => one.kid === kid && one.alg === alg)
        if (!key) throw new errors.JWKSNoMatchingKey()
        return key.publicKey
      },
      {
        issuer: tenant.issuer,
        audience: apiAudience(tenant),
        typ: 'at+jwt', // an ID token and a logout token are signed with the same key
        algorithms: ['ES256'],
        requiredClaims: ['exp', 'iat', 'sub', 'client_id'],
        currentDate: new Date(clock.now()),
      },
    )
    // SECURITY: an audience among others would let their holders call us
    const isOurs = payload.aud === apiAudience(tenant)
    return isOurs && scopesOf(payload).includes(apiScope) ? payload : undefined
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

const scopesOf = (claims: JWTPayload): readonly string[] => String(claims['scope']).split(' ')
