import type { AdapterDeps, EngineAdapter } from './adapter-deps.ts'
import { createArtifactAdapter } from './artifact-adapter.ts'

/** The engine begins one whenever a person must be asked, whoever they are; it saves it again with their answers. */
export function createInteractionAdapter(deps: AdapterDeps): Required<EngineAdapter> {
  const artifacts = createArtifactAdapter('Interaction', deps)

  return {
    ...artifacts,
    async upsert(id, payload, ttl) {
      if (payload['result'] === undefined) deps.admitFlow()
      await artifacts.upsert(id, payload, ttl)
    },
  }
}
