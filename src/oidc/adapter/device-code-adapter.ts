import { epochSeconds } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import { errors } from 'oidc-provider'
import type { AdapterDeps, EngineAdapter } from './adapter-deps.ts'
import { createArtifactAdapter } from './artifact-adapter.ts'
import { createCodec, retention } from './codec.ts'
import { currentRoute } from './request.ts'

/** Seconds between two polls (RFC 8628 §3.2 default). */
const pollingInterval = 5

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
    async find(id) {
      const payload = await artifacts.find(id)
      if (payload && currentRoute() === 'token' && (await isTooSoon(id)))
        throw new errors.SlowDown()
      return payload
    },
  }
}
