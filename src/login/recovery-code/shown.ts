import type { Sealer } from '#kit/sealer.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import { shownLifetime, type CodeReader } from './recovery-code.ts'

export type ShownCodes = ReturnType<typeof createShownCodes>

/** New codes, sealed, until their owner has them: a page is loaded more than once, and hands them out as a file. */
export function createShownCodes(deps: { readonly ephemeral: Ephemeral; readonly sealer: Sealer }) {
  const { ephemeral, sealer } = deps
  const place = ({ tenant, accountId, holder }: CodeReader) => [
    tenant.id,
    'recovery_codes_shown',
    accountId,
    holder,
  ]

  return {
    keep(reader: CodeReader, codes: readonly string[]): Promise<void> {
      const sealed = sealer.seal(JSON.stringify(codes), place(reader))
      return ephemeral.put(keyOf(reader), sealed, shownLifetime)
    },

    async find(reader: CodeReader): Promise<readonly string[] | undefined> {
      const sealed = await ephemeral.get(keyOf(reader))
      if (sealed === undefined) return undefined
      return JSON.parse(sealer.open(sealed, place(reader))) as readonly string[] // written by keep
    },

    forget: (reader: CodeReader): Promise<void> => ephemeral.remove(keyOf(reader)),
  }
}

const keyOf = ({ tenant, accountId, holder }: CodeReader): EphemeralKey => ({
  tenantId: tenant.id,
  kind: 'recovery_codes_shown',
  id: JSON.stringify([accountId, holder]),
})
