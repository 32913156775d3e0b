import { createPostgresTrustedDeviceStore } from '#login/trusted-device/postgres.ts'
import { createTrustedDevices, type TrustedDeviceDeps } from '#login/trusted-device/service.ts'
import type { Database } from '#storage/storage.ts'

export type SignInTrustDeps = Omit<TrustedDeviceDeps, 'store' | 'transactor' | 'daysOf'> & {
  readonly database: Database
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
  }
}
