import { createLocalJWKSet, errors, jwtVerify } from 'jose'
import { z } from 'zod'
import { accountCallbackOf, accountClientId } from '#client/client.ts'
import type { Keys, LoadedKey } from '#key/key.ts'
import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'
import { Unavailable } from '#kit/errors.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, SessionUid, TenantId } from '#kit/ids.ts'
import { sha256 } from '#kit/hash.ts'
import { isOver } from '#session/session.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { elsewhereOf } from './federated-session.ts'
import { ask } from './in-process.ts'
import type { AccountClient, ArtifactStore } from './oidc.ts'
import type { EngineRegistry } from './registry.ts'
import { routes } from './routes.ts'

export type AccountClientDeps = {
  readonly registry: EngineRegistry
  readonly keys: Pick<Keys, 'keySet'>
  readonly store: Pick<ArtifactStore, 'findByUid' | 'destroy'>
  readonly secretOf: (tenantId: TenantId) => string
  readonly clock: Clock
}

export function createAccountClient(deps: AccountClientDeps): AccountClient {
  return {
    async redeem(tenant, { code, verifier, nonce, ip }) {
      const { provider } = await deps.registry.engineOf(tenant)
      const { status, body, retryAfter } = await ask(provider, tenant, {
        path: routes.token,
        ip,
        form: {
          grant_type: 'authorization_code',
          code,
          code_verifier: verifier,
          redirect_uri: accountCallbackOf(tenant.issuer),
          client_id: accountClientId,
          client_secret: deps.secretOf(tenant.id),
        },
      })
      if (status === 400) return undefined
      if (status === 503) throw new Unavailable('oidc', { ...(retryAfter && { retryAfter }) })
      if (status !== 200) throw new Error(`the token endpoint answered ${status} to My account`)
      const tokens = answer.parse(body)
      const claims = await verified(tokens.id_token, tenant, nonce, deps)
      const accessToken = await provider.AccessToken.find(tokens.access_token)
      // the pages need no access token: only what it remembers of the session
      await deps.store.destroy(tenant.id, 'AccessToken', sha256(tokens.access_token))
      const uid = accessToken?.sessionUid
      if (!claims || uid === undefined || accessToken?.accountId !== claims.sub) return undefined
      return {
        accountId: brandId<AccountId>(claims.sub),
        sessionUid: brandId<SessionUid>(uid),
        authTime: claims.auth_time,
        acr: claims.acr,
        idToken: tokens.id_token,
      }
    },

    async signInBehind(tenantId, sessionUid, accountId) {
      const now = epochSeconds(deps.clock)
      const found = await deps.store.findByUid(tenantId, sessionUid, now)
      // a row that was rotated away lives on for seconds: it is nobody's session any more
      if (!found || found.consumedAt !== undefined) return undefined
      const session = stored.parse(JSON.parse(found.payload))
      if (session.accountId !== accountId || isOver(session, now)) return undefined
      return { acr: session.acr, amr: session.amr ?? [], via: elsewhereOf(session).via }
    },
  }
}

const answer = z.object({ id_token: z.string(), access_token: z.string() })
const identity = z.object({
  sub: z.string(),
  nonce: z.string(),
  auth_time: z.number(),
  acr: z.string().optional(),
})
const stored = z.object({
  accountId: z.string().optional(),
  acr: z.string().optional(),
  amr: z.array(z.string()).optional(),
  loginTs: z.number().optional(),
  via: z.string().optional(),
  until: z.number().optional(),
})

const publicKeyOf = ({ publicJwk, kid, alg }: LoadedKey) => ({ ...publicJwk, kid, alg })

/** OIDC Core §3.1.3.7: signature, `iss`, `aud`, `exp`, `nonce`. */
async function verified(
  idToken: string,
  { id, issuer }: Tenant,
  nonce: string,
  { keys, clock }: AccountClientDeps,
): Promise<z.infer<typeof identity> | undefined> {
  const keySet = await keys.keySet(id)
  const jwks = createLocalJWKSet({ keys: keySet.keys.map(publicKeyOf) })
  try {
    const { payload } = await jwtVerify(idToken, jwks, {
      issuer,
      audience: accountClientId,
      algorithms: ['ES256'],
      currentDate: new Date(clock.now()),
      requiredClaims: ['sub', 'exp', 'iat', 'nonce', 'auth_time'],
    })
    const claims = identity.parse(payload)
    return claims.nonce === nonce ? claims : undefined
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}
