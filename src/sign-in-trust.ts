import type { Audit } from '#audit/audit.ts'
import type { Config } from '#config/config.ts'
import type { Egress } from '#http/http.ts'
import { createNetworks } from '#http/networks.ts'
import type { Clock } from '#kit/clock.ts'
import type { KeyDeriver } from '#kit/sealer.ts'
import { createDeviceCookies } from '#login/password/device-cookie.ts'
import { createSprayWatch } from '#login/password/spray-watch.ts'
import { createListedAddresses } from '#login/risk/addresses.ts'
import { createRiskHook } from '#login/risk/hook.ts'
import { createPostgresHabitStore } from '#login/risk/postgres.ts'
import type { Risks } from '#login/risk/risk.ts'
import { createRisks } from '#login/risk/service.ts'
import { createPostgresTrustedDeviceStore } from '#login/trusted-device/postgres.ts'
import { createTrustedDevices } from '#login/trusted-device/service.ts'
import type { Geography, Sessions } from '#session/session.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import type { Stores } from './stores.ts'

export type SignInTrustDeps = Pick<Stores, 'database' | 'throttle'> & {
  readonly config: Config
  readonly sessions: Pick<Sessions, 'whereabouts'>
  readonly geography: Geography
  readonly audit: Audit
  readonly keyring: KeyDeriver
  readonly egress: Egress
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

/** What makes a sign-in easier, and what makes it harder. */
export function createSignInTrust(deps: SignInTrustDeps) {
  const { database, clock } = deps
  return {
    trustedDevices: createTrustedDevices({
      ...deps,
      store: createPostgresTrustedDeviceStore({ database, clock }),
      transactor: database,
      daysOf: ({ settings }) => settings.trusted_device_days,
    }),
    risks: composeRisks(deps),
  }
}

function composeRisks(deps: SignInTrustDeps): Risks {
  const { config, geography, keyring: keys, clock } = deps
  const { addressesFile, hookUrl: url } = config.risk
  return createRisks({
    ...deps,
    store: createPostgresHabitStore(deps),
    devices: createDeviceCookies({ keys, clock }),
    geography: config.geoipFile === undefined ? undefined : geography,
    isProxy: createNetworks(config.server.trustedProxies),
    isListed: createListedAddresses(addressesFile),
    triesMany: createSprayWatch(deps).triesMany,
    hook: url === undefined ? undefined : createRiskHook({ ...deps, url }),
  })
}
