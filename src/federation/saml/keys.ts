import type { Clock } from '#kit/clock.ts'
import type { Sealer } from '#kit/sealer.ts'
import { createSamlKeyPair } from './key-pair.ts'
import type { KeptKey, SamlKeys, SamlStore } from './saml.ts'

export function createSamlKeys(deps: {
  readonly store: Pick<SamlStore, 'findKey' | 'addKey'>
  readonly sealer: Sealer
  readonly clock: Clock
}): SamlKeys {
  const { store, sealer, clock } = deps

  return async ({ tenantId, id }) => {
    const place = [tenantId, 'saml_keys', 'sealed_private_key', id]
    const opened = ({ sealedPrivateKey, certificate }: KeptKey) => ({
      privateKey: sealer.open(sealedPrivateKey, place),
      certificate,
    })
    const known = await store.findKey(tenantId, id)
    if (known) return opened(known)
    const { privateKey, certificate } = await createSamlKeyPair(id, clock)
    await store.addKey({
      tenantId,
      connectionId: id,
      sealedPrivateKey: sealer.seal(privateKey, place),
      certificate,
      createdAt: new Date(clock.now()),
    })
    const first = await store.findKey(tenantId, id) // perhaps another's, who was quicker
    return first && opened(first)
  }
}
