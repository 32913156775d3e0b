import { describe } from 'node:test'
import { testEnding } from './store-ending.contract.ts'
import { testKeeping } from './store-keeping.contract.ts'
import { testOnce } from './store-once.contract.ts'
import { createWithStore, type ArtifactStoreUnderTest } from './store-scene.contract.ts'

/** What every home of artifacts promises. */
export function testArtifactStore(name: string, open: () => Promise<ArtifactStoreUnderTest>): void {
  const withStore = createWithStore(open)
  describe(`artifacts in ${name}`, () => {
    testKeeping(withStore)
    testOnce(withStore)
    testEnding(withStore)
  })
}
