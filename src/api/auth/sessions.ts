import { z } from 'zod'
import type { SessionUid } from '#kit/ids.ts'
import { brandId } from '#kit/ids.ts'
import type { EndedBy, SessionOwner, Sessions, SessionView } from '#session/session.ts'
import { endpoint } from '../api.ts'
import type { Call, Caller, Endpoint } from '../api.ts'
import { plainText } from './fields.ts'

const session = z.strictObject({
  id: z.string(),
  current: z.boolean().describe('The one this token belongs to'),
  browser: z.string().nullable(),
  system: z.string().nullable(),
  ip: z.string().nullable(),
  city: z.string().nullable(),
  country: z.string().nullable().describe('ISO 3166-1 alpha-2'),
  acr: z.string().nullable(),
  amr: z.array(z.string()).describe('RFC 8176'),
  first_seen_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime().describe('To the minute'),
  proved_at: z.iso.datetime().describe('When the person last proved who they are'),
  client_ids: z.array(z.string()).describe('Applications signed in to there'),
})

type Deps = { readonly sessions: Pick<Sessions, 'list' | 'end' | 'endOthers'> }

/** A person's sessions, theirs alone: what is somebody else's is as unknown as what never was (Q77). */
export function sessionEndpoints(deps: Deps): readonly Endpoint[] {
  return [logoutEndpoint(deps), listEndpoint(deps), endOthersEndpoint(deps), endEndpoint(deps)]
}

function logoutEndpoint({ sessions }: Deps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/auth/logout',
    summary: 'End the session of this token, and every token of it',
    security: 'bearer',
    answers: { 204: { description: 'Ended, and told to every application signed in there' } },
    refusals: ['api.session_unknown'],
    handle: async (call) => {
      const { caller } = call
      const outcome = await sessions.end(ownerOf(caller), caller.sessionUid, endedBy(call))
      return outcome === 'ended' ? { status: 204 } : { refused: 'api.session_unknown' }
    },
  })
}

function listEndpoint({ sessions }: Deps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/auth/sessions',
    summary: 'Where this person is signed in, last seen first',
    security: 'bearer',
    answers: {
      200: {
        description: 'Those that live',
        schema: z.strictObject({ sessions: z.array(session) }),
      },
    },
    refusals: [],
    handle: async ({ caller }) => {
      const views = await sessions.list(ownerOf(caller), caller.sessionUid)
      return { status: 200, body: { sessions: views.map(viewOf) } }
    },
  })
}

function endOthersEndpoint({ sessions }: Deps): Endpoint {
  return endpoint({
    method: 'delete',
    path: '/auth/sessions',
    summary: 'End every session but this one',
    security: 'bearer',
    answers: {
      200: { description: 'How many', schema: z.strictObject({ ended: z.int() }) },
    },
    refusals: [],
    handle: async (call) => {
      const { caller } = call
      const ended = await sessions.endOthers(ownerOf(caller), caller.sessionUid, endedBy(call))
      return { status: 200, body: { ended } }
    },
  })
}

function endEndpoint({ sessions }: Deps): Endpoint {
  return endpoint({
    method: 'delete',
    path: '/auth/sessions/{id}',
    summary: 'End one session, this one or another',
    security: 'bearer',
    params: z.strictObject({ id: plainText(100) }),
    answers: { 204: { description: 'Ended' } },
    refusals: ['api.session_unknown'],
    handle: async (call) => {
      const uid = brandId<SessionUid>(call.params.id)
      const outcome = await sessions.end(ownerOf(call.caller), uid, endedBy(call))
      return outcome === 'ended' ? { status: 204 } : { refused: 'api.session_unknown' }
    },
  })
}

function ownerOf({ account }: Caller): SessionOwner {
  return { tenantId: account.tenantId, id: account.id }
}

function endedBy({
  caller,
  requester,
}: Pick<Call<unknown, unknown, unknown, 'bearer'>, 'caller' | 'requester'>): EndedBy {
  const { ip, userAgent, requestId } = requester
  return { actor: { kind: 'account', id: caller.account.id }, ip, userAgent, requestId }
}

function viewOf(view: SessionView): z.input<typeof session> {
  const { device, place } = view
  return {
    id: view.uid,
    current: view.isCurrent,
    browser: device.browser ?? null,
    system: device.system ?? null,
    ip: view.ip ?? null,
    city: place?.city ?? null,
    country: place?.country ?? null,
    acr: view.acr ?? null,
    amr: [...view.amr],
    first_seen_at: view.openedAt.toISOString(),
    last_seen_at: view.lastSeenAt.toISOString(),
    proved_at: view.provedAt.toISOString(),
    client_ids: [...view.clientIds],
  }
}
