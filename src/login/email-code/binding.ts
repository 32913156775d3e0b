import { createHmac } from 'node:crypto'
import { canonicalEmail } from '#kit/email-address.ts'
import { equalInConstantTime, hmacSha256 } from '#kit/hash.ts'
import type { KeyDeriver } from '#kit/sealer.ts'
import { codeLength, type OpenLink } from './email-code.ts'
import type { CodeRecord, Shelf } from './records.ts'

/** What codes are bound to, and with which keys. */
export type Binding = ReturnType<typeof createBinding>

type Bound = Omit<CodeRecord, 'mac' | 'tries' | 'link' | 'data'>

export function createBinding(keys: KeyDeriver) {
  const keyOf = ({ tenant }: Shelf) => keys.derive('email-code', tenant.id)
  const allKeys = ({ tenant }: Shelf) => keys.deriveAll('email-code', tenant.id)

  /** False for a decoy, whatever the code. */
  function fits(shelf: Shelf, record: CodeRecord, code: string): boolean {
    return allKeys(shelf).some((key) =>
      equalInConstantTime(macOf(key, shelf, record, code), record.mac),
    )
  }

  return {
    fits,

    mac: (shelf: Shelf, record: Bound, code: string): string =>
      macOf(keyOf(shelf), shelf, record, code),

    /**
     * The code that belongs to a link's token: whoever holds the mail has both, so the link's page can say the code again
     * although neither is kept.
     */
    codeOf: (shelf: Shelf, token: string): string => codeFrom(keyOf(shelf), shelf, token),

    /** Undefined for a decoy. */
    codeOfLink: (link: OpenLink, record: CodeRecord): string | undefined =>
      allKeys(link)
        .map((key) => codeFrom(key, link, link.token))
        .find((code) => fits(link, record, code)),

    /** The same for the same nonce, so that a browser that asks twice gets back what it has. */
    handleOf: (shelf: Shelf, owner: string, nonce: string): string =>
      hmacSha256(keyOf(shelf), JSON.stringify(['handle', shelf.purpose, owner, nonce])),
  }
}

/** Whose code it is: nobody else's asking ends it. */
export function ownerOf(email: string, browserHash: string): string {
  return JSON.stringify([canonicalEmail(email) ?? email, browserHash])
}

/** Purpose, tenant, address, account, browser, time and code in one (Q56, CVE-2026-4282). */
function macOf(key: Uint8Array, { tenant, purpose }: Shelf, record: Bound, code: string): string {
  const { email, accountId = null, browser, issuedAt } = record
  const bound = ['mac', tenant.id, purpose, email, accountId, browser, issuedAt, code]
  return hmacSha256(key, JSON.stringify(bound))
}

/** 48 bits for a million values: no code is likelier than another by more than one in 10⁸. */
function codeFrom(key: Uint8Array, { purpose }: Shelf, token: string): string {
  const digest = createHmac('sha256', key)
    .update(JSON.stringify(['code', purpose, token]))
    .digest()
  return String(digest.readUIntBE(0, 6) % 10 ** codeLength).padStart(codeLength, '0')
}
