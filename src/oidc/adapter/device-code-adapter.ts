import { addressKey } from '#http/networks.ts'
import { epochSeconds } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import { sha256 } from '#kit/hash.ts'
import type { ThrottleRule } from '#login/login.ts'
import { errors } from 'oidc-provider'
import type { AdapterDeps, EngineAdapter } from './adapter-deps.ts'
import { createArtifactAdapter } from './artifact-adapter.ts'
import { createCodec, retention } from './codec.ts'
import { currentRequest, currentRoute } from './request.ts'

/** Seconds between two polls (RFC 8628 §3.2 default). */
const pollingInterval = 5

/**
 * RFC 8628 §5.1: a user code is short enough to guess. Five codes from one address, each looked up when it is typed and
 * when it is confirmed, then ten minutes of rest (Q40).
 */
const userCodeGuesses: ThrottleRule = {
  name: 'oidc.user_code',
  free: 10,
  wait: () => 600,
  window: 600,
}

/** The engine never slows a client down (RFC 8628 §3.5); a mark that lives as long as the interval does. */
export function createDeviceCodeAdapter(deps: AdapterDeps): Required<EngineAdapter> {
  const artifacts = createArtifactAdapter('DeviceCode', deps)
  const marks = createCodec('ReplayDetection', deps)

  async function isTooSoon(deviceCode: string): Promise<boolean> {
    const window = Math.floor(epochSeconds(deps.clock) / pollingInterval)
    const mark = marks.encode(`device-poll ${sha256(deviceCode)} ${window}`, {}, pollingInterval)
    return !(await deps.store.insert(deps.tenantId, {
      ...mark,
      expiresAt: (mark.expiresAt ?? 0) - retention,
    }))
  }

  return {
    ...artifacts,
    async findByUserCode(userCode) {
      await countGuess(deps)
      return artifacts.findByUserCode(userCode)
    },
    async find(id) {
      const payload = await artifacts.find(id)
      if (payload && currentRoute() === 'token' && (await isTooSoon(id)))
        throw new errors.SlowDown()
      return payload
    },
  }
}

async function countGuess({ tenantId, throttle }: AdapterDeps): Promise<void> {
  const ip = currentRequest()?.ip
  if (ip === undefined) return
  const answer = await throttle.attempt(userCodeGuesses, tenantId, addressKey(ip))
  if (answer.allowed) return
  throw new AppError({
    code: 'oidc.too_many_codes',
    status: 429,
    message: 'Too many codes were tried. Wait before you try again.',
    retryAfter: answer.retryAfter,
  })
}
