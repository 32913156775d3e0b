import type { IncomingMessage } from 'node:http'
import { brandId, type RequestId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import type { ClientAddress } from './http.ts'

export const requestIdHeader = 'x-request-id'

/**
 * The id a trusted proxy gave, so that its log and ours can be read together; a fresh one otherwise. A stranger does
 * not choose what our log says.
 */
export function requestIdOf(req: IncomingMessage, address: ClientAddress): RequestId {
  const given = req.headers[requestIdHeader]
  const isUsable =
    address.viaProxy && typeof given === 'string' && /^[A-Za-z0-9_-]{8,64}$/.test(given)
  return isUsable ? brandId<RequestId>(given) : newId<RequestId>()
}
