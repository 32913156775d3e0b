import type { Clock } from '#kit/clock.ts'
import type { AccountId, ClientId, GrantId, SessionUid, TenantId } from '#kit/ids.ts'
import { brandId } from '#kit/ids.ts'
import { epochSeconds } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import type { Sealer } from '#kit/sealer.ts'
import { hasUnstorableEscape } from '#kit/text.ts'
import { errors } from 'oidc-provider'
import type { Artifact, ArtifactModel, FoundArtifact } from '../oidc.ts'
import type { EnginePayload } from './adapter-deps.ts'

/**
 * Between the engine's payload and the store's row. Ids are bearer secrets: the row's key is their SHA-256, the payload
 * loses them, and `decode` puts back the one the bearer showed.
 */
export type Codec = {
  encode(id: string, payload: EnginePayload, ttl: number | undefined): Artifact
  /** `id`: as the bearer showed it; undefined where it was found by another key. */
  decode(found: FoundArtifact, id: string | undefined): EnginePayload
}

/** These carry the bearer secret of something alive in their payload, and are found by another key: sealed whole. */
const sealedModels: ReadonlySet<ArtifactModel> = new Set(['DeviceCode', 'Interaction'])

/**
 * Rows outlive their expiry by this many seconds: the engine tolerates clocks, tells "expired" from "unknown", and a
 * consumed row must be there to detect reuse.
 */
export const retention = 15

/** Seconds; what the engine or an attacker asks for is cut to it (F3). */
const longestLife = 400 * 24 * 3600
const longestReplayMark = 600

export function createCodec(
  model: ArtifactModel,
  deps: { readonly tenantId: TenantId; readonly sealer: Sealer; readonly clock: Clock },
): Codec {
  const place = (hashedId: string) => [deps.tenantId, 'oidc_artifacts', model, hashedId]
  const isSealed = sealedModels.has(model)

  return {
    encode(id, payload, ttl) {
      const hashedId = sha256(id)
      const { jti: _bearerSecret, ...rest } = payload
      const json = JSON.stringify(isSealed ? payload : rest)
      // F11: what a client put into `state` or `login_hint` may be no text at all
      if (hasUnstorableEscape(json))
        throw new errors.InvalidRequest('a parameter holds characters that are not text')
      return {
        model,
        id: hashedId,
        payload: isSealed ? JSON.stringify(deps.sealer.seal(json, place(hashedId))) : json,
        grantId: grantOf(model, id, payload),
        accountId: optional<AccountId>(payload.accountId),
        clientId: optional<ClientId>(payload.clientId),
        uid: model === 'Session' ? optional<SessionUid>(payload.uid) : undefined,
        userCode: payload.userCode === undefined ? undefined : sha256(payload.userCode),
        expiresAt: ttl === undefined ? undefined : epochSeconds(deps.clock) + lifetime(model, ttl),
      }
    },

    decode(found, id) {
      const parsed: unknown = JSON.parse(found.payload)
      const payload = (
        isSealed ? JSON.parse(deps.sealer.open(parsed as string, place(found.id))) : parsed
      ) as EnginePayload // written by `encode`, and nobody else writes here
      if (id !== undefined) payload.jti = id
      if (found.consumedAt !== undefined) payload.consumed = found.consumedAt
      return payload
    },
  }
}

function lifetime(model: ArtifactModel, ttl: number): number {
  const longest = model === 'ReplayDetection' ? longestReplayMark : longestLife
  const whole = Number.isFinite(ttl) ? Math.ceil(ttl) : longest
  return Math.min(Math.max(whole, 1), longest) + retention
}

/** An interaction names the Grant of the session it found: it asks for a new one, and must not end with the old. */
function grantOf(model: ArtifactModel, id: string, payload: EnginePayload): GrantId | undefined {
  if (model === 'Interaction') return undefined
  return model === 'Grant' ? brandId<GrantId>(id) : optional<GrantId>(payload.grantId)
}

function optional<Id extends string>(value: string | undefined): Id | undefined {
  return value === undefined ? undefined : brandId<Id>(value)
}
