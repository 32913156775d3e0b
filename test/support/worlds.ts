import { after, before, describe } from 'node:test'
import { openWorld, storeSetups } from './world.ts'
import type { StoreSetup, World } from './world.ts'

/** Registers a suite once for each way to store things; all its tests share one world. */
export function describeInWorlds(
  title: string,
  suite: (world: () => World) => void,
  setups: readonly StoreSetup[] = storeSetups(),
): void {
  for (const stores of setups) {
    describe(`${title}, on ${stores}`, () => {
      let world: World | undefined
      before(async () => {
        world = await openWorld({ stores })
      })
      after(() => world?.[Symbol.asyncDispose]())
      suite(() => {
        if (!world) throw new Error('no world yet')
        return world
      })
    })
  }
}
