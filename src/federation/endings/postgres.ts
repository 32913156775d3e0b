import { brandId } from '#kit/ids.ts'
import { federatedAmr } from '#login/login.ts'
import type { Database } from '#storage/storage.ts'
import type { SuspectSessions } from './endings.ts'

type Row = {
  tenant_id: string
  uid: string
  account_id: string
  acr: string | null
  amr: string[]
  email: string
  roles: string[]
}

const list = `
  SELECT session.tenant_id, session.uid, session.account_id, session.acr, session.amr, account.email, account.roles
  FROM (SELECT DISTINCT tenant_id, domain FROM connection_domains WHERE enforced) AS claim
  JOIN sessions AS session ON session.tenant_id = claim.tenant_id
  JOIN accounts AS account ON account.tenant_id = session.tenant_id AND account.id = session.account_id
  WHERE right(account.email_canonical, length(claim.domain) + 1) = '@' || claim.domain
    AND NOT (? = ANY (session.amr)) AND (session.tenant_id, session.uid) > (?, ?)
  ORDER BY session.tenant_id, session.uid LIMIT ?`

export function createPostgresSuspectSessions({
  database: { knex },
}: {
  readonly database: Database
}): SuspectSessions {
  return {
    async list(after, limit) {
      const place = [after?.account.tenantId ?? '', after?.uid ?? '']
      const { rows } = await knex.raw<{ rows: Row[] }>(list, [federatedAmr, ...place, limit])
      return rows.map((row) => ({
        uid: brandId(row.uid),
        account: {
          id: brandId(row.account_id),
          tenantId: brandId(row.tenant_id),
          email: row.email,
          roles: row.roles,
        },
        acr: row.acr ?? undefined,
        amr: row.amr,
      }))
    },

    async isStill({ uid, account, acr, amr }) {
      const found = await knex('sessions')
        .where({ tenant_id: account.tenantId, uid, account_id: account.id, acr: acr ?? null })
        .whereRaw('amr = ?::text[]', [[...amr]])
        .first('uid')
      return found !== undefined
    },
  }
}
