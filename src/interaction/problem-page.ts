import type { IncomingMessage } from 'node:http'
import type { Clients } from '#client/client.ts'
import { brandId } from '#kit/ids.ts'
import type { ClientId } from '#kit/ids.ts'
import type { AuthFlow } from '#oidc/oidc.ts'
import type { Ephemeral } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Problem } from '#views/error.ts'
import { finishedKey } from './finish.ts'
import { nameOf } from './name-of.ts'

/**
 * What is told of an interaction that is no more: left by the Back button, expired, another browser's, or held together
 * by a cookie that this browser does not keep.
 */
export type ProblemOfOver = (tenant: Tenant, uid: string, req: IncomingMessage) => Promise<Problem>

export function createProblemOfOver(deps: {
  readonly ephemeral: Ephemeral
  readonly clients: Clients
  readonly flow: Pick<AuthFlow, 'isPending'>
}): ProblemOfOver {
  return async (tenant, uid, req) => {
    const clientId = await deps.ephemeral.get(finishedKey(tenant, uid))
    if (clientId === undefined) {
      return (await isWithoutCookies(tenant, uid, req))
        ? { kind: 'cookies_blocked', host: new URL(tenant.issuer).host }
        : { kind: 'expired' }
    }
    const client = await deps.clients.find(tenant.id, brandId<ClientId>(clientId))
    return {
      kind: 'expired',
      clientName: client && nameOf(client),
      startAgainUrl: client?.metadata.initiate_login_uri ?? client?.metadata.client_uri,
    }
  }

  /**
   * Whoever comes from `/authorize` brings at least the cookie of the interaction; it ends with the interaction, so that
   * without any the person either keeps none or came too late.
   */
  async function isWithoutCookies(
    tenant: Tenant,
    uid: string,
    req: IncomingMessage,
  ): Promise<boolean> {
    return req.headers.cookie === undefined && (await deps.flow.isPending(tenant, uid))
  }
}
