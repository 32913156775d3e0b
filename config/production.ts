import type { Defaults } from '#config/defaults.ts'
import { defaults } from './default.ts'

/** A server: all interfaces, nothing assumed that an operator has to decide. */
export const production = {
  settings: { ...defaults.settings, HOST: '::' },
  tuning: defaults.tuning,
} as const satisfies Defaults
