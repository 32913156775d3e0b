import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Clients } from '#client/client.ts'
import type { Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Sealer } from '#kit/sealer.ts'
import type { Throttle } from '#login/login.ts'
import type { SessionRegister } from '#session/session.ts'
import type { ArtifactStore } from '../oidc.ts'

/** What every adapter of one tenant works with. */
export type AdapterDeps = {
  readonly tenantId: TenantId
  readonly store: ArtifactStore
  readonly clients: Clients
  readonly sealer: Sealer
  readonly throttle: Throttle
  readonly sessions: SessionRegister
  readonly clock: Clock
  /** Before something is kept for nobody. */
  readonly admitFlow: () => void
}

export type EngineAdapter = Adapter
export type EnginePayload = AdapterPayload
