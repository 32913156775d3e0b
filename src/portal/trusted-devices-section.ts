import type { TrustedDevices } from '#login/trusted-device/trusted-device.ts'
import type { PortalTrustedDevice } from '#views/portal/trusted-devices.ts'
import type { Notices } from './notices.ts'
import { byThem, ownerOf, placeText } from './portal.ts'
import type { Visit } from './portal.ts'
import type { PortalSection } from './sections.ts'

/** What is shown of them, on the page of the sessions. */
export async function shownTrustedDevices(
  { tenant, account }: Visit,
  devices: Pick<TrustedDevices, 'list'>,
): Promise<readonly PortalTrustedDevice[]> {
  const trusted = await devices.list(tenant, account)
  return trusted.map((one) => ({ ...one, place: one.place && placeText(one.place) }))
}

/** SECURITY: asks for no fresh proof: it makes the next sign-in harder, never easier. The owner is the session's (Q77). */
export function createTrustedDevicesSection(deps: {
  readonly trustedDevices: Pick<TrustedDevices, 'remove' | 'removeAll'>
  readonly notices: Notices
}): PortalSection {
  const { trustedDevices, notices } = deps

  return {
    pages: {},
    actions: {
      async 'sessions/untrust'(visit, form) {
        const id = form.get('device') ?? ''
        const outcome = await trustedDevices.remove(ownerOf(visit), id, byThem(visit))
        if (outcome === 'removed') await notices.leave(visit, 'sessions', { done: 'untrusted' })
        return { page: 'sessions' }
      },
      async 'sessions/untrust-all'(visit) {
        await trustedDevices.removeAll(ownerOf(visit), byThem(visit))
        await notices.leave(visit, 'sessions', { done: 'all_untrusted' })
        return { page: 'sessions' }
      },
    },
  }
}
