import { z } from 'zod'
import { endpoint } from '../api.ts'
import type { Caller, Endpoint } from '../api.ts'

const optionalText = z.string().optional()

/** What a person may see of themselves: named here one by one (Q82). */
const person = z.strictObject({
  id: z.string().describe('The `sub` of the tokens'),
  email: z.string(),
  email_verified: z.boolean(),
  name: optionalText,
  given_name: optionalText,
  family_name: optionalText,
  preferred_username: optionalText,
  picture: optionalText,
  locale: optionalText,
  zoneinfo: optionalText,
  roles: z.array(z.string()),
  groups: z.array(z.string()),
  session_id: z.string(),
  client_id: z.string(),
})

export function meEndpoint(): Endpoint {
  return endpoint({
    method: 'get',
    path: '/auth/me',
    summary: 'Who is signed in',
    security: 'bearer',
    answers: { 200: { description: 'The person and the session', schema: person } },
    refusals: [],
    handle: async ({ caller }) => ({ status: 200, body: viewOf(caller) }),
  })
}

function viewOf({ account, client, sessionUid }: Caller): z.input<typeof person> {
  return {
    ...account.profile,
    id: account.id,
    email: account.email,
    email_verified: account.emailVerified,
    roles: [...account.roles],
    groups: [...account.groups],
    session_id: sessionUid,
    client_id: client.clientId,
  }
}
