import { z } from 'zod'
import type { Clients } from '#client/client.ts'
import { brandId } from '#kit/ids.ts'
import type { SessionUid } from '#kit/ids.ts'
import type { TrustedDevices } from '#login/trusted-device/trusted-device.ts'
import type { Sessions, SessionView } from '#session/session.ts'
import { sessionsDone, sessionsPage } from '#views/portal/sessions.ts'
import type { PortalSession as ShownSession } from '#views/portal/sessions.ts'
import type { Notices } from './notices.ts'
import { byThem, ownerOf, placeText } from './portal.ts'
import type { Visit } from './portal.ts'
import { frameOf } from './sections.ts'
import type { PortalSection } from './sections.ts'
import { shownTrustedDevices } from './trusted-devices-section.ts'

const notice = z.object({ done: z.enum(sessionsDone) })

/** Where this person is signed in, and the end of it: one, the others, all. */
export function createSessionsSection(deps: {
  readonly sessions: Pick<Sessions, 'list' | 'end' | 'endOthers' | 'endAll'>
  readonly trustedDevices: Pick<TrustedDevices, 'list'>
  readonly clients: Pick<Clients, 'find'>
  readonly notices: Notices
}): PortalSection {
  const { sessions, trustedDevices, clients, notices } = deps

  async function describe({ tenant }: Visit, view: SessionView): Promise<ShownSession> {
    const { uid, place, clientIds, ...shown } = view
    const known = await Promise.all(clientIds.map((id) => clients.find(tenant.id, id)))
    const apps = known.flatMap((client) =>
      client && client.origin !== 'built_in'
        ? [client.metadata.client_name ?? client.clientId]
        : [],
    )
    return { ...shown, id: uid, place: place && placeText(place), apps }
  }

  return {
    pages: {
      async sessions(visit) {
        const told = await notices.take(visit, 'sessions', notice)
        const views = await sessions.list(ownerOf(visit), visit.session.sessionUid)
        return sessionsPage({
          frame: frameOf(visit),
          sessions: await Promise.all(views.map((view) => describe(visit, view))),
          trusted: await shownTrustedDevices(visit, trustedDevices),
          done: told?.done,
        })
      },
    },
    actions: {
      /** SECURITY: the owner is the session's, never the form's; another person's session is not there (Q77). */
      async 'sessions/end'(visit, form) {
        const uid = brandId<SessionUid>(form.get('session') ?? '')
        const outcome = await sessions.end(ownerOf(visit), uid, byThem(visit))
        const done = outcome === 'ended' ? 'ended' : 'gone'
        await notices.leave(visit, 'sessions', { done })
        return { page: 'sessions' }
      },
      async 'sessions/others'(visit) {
        await sessions.endOthers(ownerOf(visit), visit.session.sessionUid, byThem(visit))
        await notices.leave(visit, 'sessions', { done: 'others_ended' })
        return { page: 'sessions' }
      },
      /** This one too: whoever comes back proves who they are. */
      async 'sessions/all'(visit) {
        await sessions.endAll(ownerOf(visit), byThem(visit))
        return { page: 'sessions' }
      },
    },
  }
}
