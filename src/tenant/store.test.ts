import { createMemoryTenantStore } from './memory.ts'
import { describeTenantStore } from './store.contract.ts'

describeTenantStore('memory', async () => createMemoryTenantStore())
