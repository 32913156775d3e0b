import type { Defaults } from '#config/defaults.ts'
import { defaults } from './default.ts'

/** Free ports, no demo data, and a password hash that is cheap on purpose. */
export const test = {
  settings: { ...defaults.settings, PORT: '0', MANAGEMENT_PORT: '0', LOG_LEVEL: 'error' },
  tuning: {
    ...defaults.tuning,
    drain: 1000,
    password: { ...defaults.tuning.password, memory: 64, time: 2 },
  },
} as const satisfies Defaults
