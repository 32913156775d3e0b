import { fileURLToPath } from 'node:url'
import type { Defaults } from '#config/defaults.ts'
import { defaults } from './default.ts'

/** A laptop: loopback only, demo data, mail shown at `/dev/mail`. */
export const development = {
  settings: {
    ...defaults.settings,
    SIGNET_SEED: fileURLToPath(new URL('seed.demo.json', import.meta.url)),
  },
  tuning: {
    ...defaults.tuning,
    demo: { application: 3001, identityProvider: 3002 },
    drain: 2000,
  },
} as const satisfies Defaults
