import { newId } from '#kit/random.ts'
import { createMemoryKeyStore } from './memory.ts'
import { describeKeyStore } from './store.contract.ts'

describeKeyStore('memory', async () => ({
  store: createMemoryKeyStore(),
  tenants: [newId(), newId()],
}))
