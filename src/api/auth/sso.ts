import { z } from 'zod'
import { connectionIdPattern } from '#federation/federation.ts'
import type { Connections } from '#federation/federation.ts'
import { brandId } from '#kit/ids.ts'
import type { ConnectionId, TenantId } from '#kit/ids.ts'
import type { Proof } from '#login/login.ts'
import { endpoint } from '../api.ts'
import type { Endpoint } from '../api.ts'
import { directCall } from './clients.ts'
import type { LoginDeps } from './login.ts'
import { createSignIn } from './sign-in.ts'
import { deviceField, notSignedIn, sign, signedIn } from './sign.ts'
import { redeemFields } from './sso-codes.ts'
import type { SsoCodes } from './sso-codes.ts'
import { ssoRequestFields } from './sso-start.ts'

export type SsoDeps = LoginDeps & {
  readonly connections: Pick<Connections, 'find'>
  readonly ssoCodes: SsoCodes<Proof>
}

export const connectionParams = z.strictObject({
  connection: z.string().regex(connectionIdPattern).describe('Id of a connection'),
})

/** Signing in elsewhere, for a front end that shows its own pages: a browser goes there and back, the tokens come here. */
export function ssoEndpoints(deps: SsoDeps): readonly Endpoint[] {
  return [authorizeEndpoint(deps), callbackEndpoint(deps)]
}

function authorizeEndpoint({ connections }: SsoDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/auth/sso/{connection}/authorize',
    summary: 'Where to send the browser of somebody who signs in elsewhere',
    security: 'open',
    params: connectionParams,
    query: z.strictObject(ssoRequestFields),
    answers: {
      200: {
        description: 'An address of this provider; it leads on, and back to `redirect_uri`',
        schema: z.strictObject({ authorization_url: z.url() }),
      },
    },
    refusals: ['api.connection_unknown'],
    handle: async ({ tenant, params, query }) => {
      const id = await activeId(tenant.id, params.connection, connections)
      if (!id) return { refused: 'api.connection_unknown' }
      const url = new URL(`${tenant.issuer}/federation/${id}/start`)
      for (const [name, value] of Object.entries(query))
        if (value !== undefined) url.searchParams.set(name, value)
      return { status: 200, body: { authorization_url: url.href } }
    },
  })
}

export async function activeId(
  tenantId: TenantId,
  id: string,
  connections: SsoDeps['connections'],
): Promise<ConnectionId | undefined> {
  const found = await connections.find(tenantId, brandId<ConnectionId>(id))
  return found?.status === 'active' ? found.id : undefined
}

function callbackEndpoint(deps: SsoDeps): Endpoint {
  const signIn = createSignIn(deps)

  return endpoint({
    method: 'get',
    path: '/auth/sso/{connection}/callback',
    summary: 'Tokens for the code that came back to `redirect_uri`; good once, for a minute',
    security: 'client',
    params: connectionParams,
    // no secret in an address: a confidential client authenticates by the Authorization header
    query: z.strictObject({
      client_id: ssoRequestFields.client_id.optional(),
      ...redeemFields,
      device_token: deviceField,
    }),
    answers: signedIn,
    refusals: notSignedIn,
    handle: ({ query, ...call }) => {
      const { tenant, params } = call
      const { client_id, code, code_verifier: verifier, device_token: deviceCookie } = query
      const requester = { ...call.requester, deviceCookie }
      const connectionId = brandId<ConnectionId>(params.connection)
      return sign(deps, directCall({ ...call, body: { client_id } }), async (client) => {
        const { clientId } = client
        const proof = await deps.ssoCodes.take(tenant, { clientId, connectionId, code, verifier })
        return proof
          ? signIn.byProof(client, { tenant, requester }, proof)
          : { kind: 'done', result: { refused: 'api.code_over' } }
      })
    },
  })
}
