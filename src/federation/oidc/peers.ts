import type { Connection } from '../federation.ts'
import { createPeer, type Peer, type PeerDeps } from './peer.ts'
import { providerOf } from './provider.ts'

/** One peer per connection and version: what changed is read anew. Undefined for what does not speak OpenID Connect. */
export type Peers = (connection: Connection) => Peer | undefined

/** Connections whose documents are kept; the one that was used the longest ago goes first. */
const mostPeers = 1000

export function createPeers(deps: PeerDeps): Peers {
  const peers = new Map<string, { readonly version: number; readonly peer: Peer }>()

  return (connection) => {
    const { tenantId, id, version } = connection
    const name = JSON.stringify([tenantId, id])
    const known = peers.get(name)
    peers.delete(name)
    if (known && known.version === version) {
      peers.set(name, known)
      return known.peer
    }
    const provider = providerOf(connection)
    if (!provider) return undefined
    const peer = createPeer(provider, deps)
    peers.set(name, { version, peer })
    if (peers.size > mostPeers) peers.delete(peers.keys().next().value as string) // not empty
    return peer
  }
}
