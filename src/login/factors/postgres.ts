import type { Database, Statement } from '#storage/storage.ts'
import type { EnrolledFactors, Factors } from '../login.ts'

const of = 'tenant_id = $1 AND account_id = $2'

/** One statement: it is asked at every step of a sign-in. Each line says what the room that keeps the kind counts. */
const enrolled: Statement = {
  name: 'login.factors',
  text: `
    SELECT
      EXISTS (SELECT FROM passwords WHERE ${of}) AS password,
      EXISTS (SELECT FROM totp_factors WHERE ${of}) AS totp,
      (SELECT count(*)::int FROM passkeys WHERE ${of}) AS passkeys,
      (SELECT count(*)::int FROM recovery_codes WHERE ${of} AND used_at IS NULL) AS "recoveryCodes"`,
}

const nothing: EnrolledFactors = { password: false, totp: false, passkeys: 0, recoveryCodes: 0 }

/** What a person can prove, of all rooms that keep a kind of it. */
export function createPostgresFactors({ statements }: Pick<Database, 'statements'>): Factors {
  return async (tenantId, accountId) => {
    const { rows } = await statements.run<EnrolledFactors>(
      enrolled,
      [tenantId, accountId],
      'relaxed',
    )
    return { ...nothing, ...rows[0] }
  }
}
