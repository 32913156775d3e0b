import type { ArtifactModel } from '../oidc.ts'
import type { AdapterDeps, EngineAdapter } from './adapter-deps.ts'
import { createArtifactAdapter } from './artifact-adapter.ts'
import { createClientAdapter } from './client-adapter.ts'
import { createDeviceCodeAdapter } from './device-code-adapter.ts'
import { createFloodGate } from './flood.ts'
import { createGrantAdapter } from './grant-adapter.ts'
import { createInteractionAdapter } from './interaction-adapter.ts'
import { createRefreshTokenAdapter } from './refresh-token-adapter.ts'
import { createReplayAdapter } from './replay-adapter.ts'
import { createSessionAdapter } from './session-adapter.ts'

/**
 * The engine's storage for one tenant. The engine checks, then acts, and relies on its adapter for every race
 * (F1, F2): what must happen once is one atomic statement of the store, and losing it throws the protocol's error.
 */
export function createAdapterFactory(
  input: Omit<AdapterDeps, 'admitFlow'>,
): (model: string) => EngineAdapter {
  const deps = { ...input, admitFlow: createFloodGate(input.clock) }
  return (model) => {
    switch (model) {
      case 'Client':
        return createClientAdapter(deps)
      case 'Grant':
        return createGrantAdapter(deps)
      case 'Interaction':
        return createInteractionAdapter(deps)
      case 'Session':
        return createSessionAdapter(deps)
      case 'RefreshToken':
        return createRefreshTokenAdapter(deps)
      case 'ReplayDetection':
        return createReplayAdapter(deps)
      case 'DeviceCode':
        return createDeviceCodeAdapter(deps)
      default:
        return createArtifactAdapter(model as ArtifactModel, deps) // the engine names its own models
    }
  }
}
