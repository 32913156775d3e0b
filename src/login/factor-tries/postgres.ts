import type { Clock } from '#kit/clock.ts'
import type { Database, Statement } from '#storage/storage.ts'
import {
  forgiven,
  freeTries,
  mostMisses,
  refusalOf,
  triesWaits,
  triesWindow,
  type FactorTries,
  type TriedFactor,
} from './factor-tries.ts'

const recent = 'CASE WHEN t.forget_at <= $4::bigint THEN 1 ELSE t.recent + 1 END'

// $4 now, $5 when the waits begin anew, $6 free tries, $7 the waits, in milliseconds, $8 the most misses.
// The WHERE refuses: then nothing is written, however hard someone knocks.
const count: Statement = {
  name: 'factor_tries.count',
  text: `
    INSERT INTO factor_tries AS t
      (tenant_id, account_id, method, misses, recent, next_try_at, forget_at)
    VALUES ($1, $2, $3, 1, 1, 0, $5::bigint)
    ON CONFLICT (tenant_id, account_id, method) DO UPDATE SET
      misses = t.misses + 1,
      recent = ${recent},
      next_try_at = CASE
        WHEN ${recent} < $6 THEN 0
        ELSE $4::bigint + ($7::bigint[])[LEAST(${recent} - $6 + 1, cardinality($7::bigint[]))]
      END,
      forget_at = $5::bigint
    WHERE t.misses < $8 AND t.next_try_at <= $4::bigint
    RETURNING misses`,
}

const place = 'tenant_id = $1 AND account_id = $2 AND method = $3'

const look: Statement = {
  name: 'factor_tries.look',
  text: `SELECT misses, next_try_at FROM factor_tries WHERE ${place}`,
}

const accept: Statement = {
  name: 'factor_tries.accept',
  text: `UPDATE factor_tries SET misses = GREATEST(misses - $4, 0), recent = 0, next_try_at = 0
    WHERE ${place}`,
}

const withdraw: Statement = {
  name: 'factor_tries.withdraw',
  text: `UPDATE factor_tries
    SET misses = GREATEST(misses - 1, 0), recent = GREATEST(recent - 1, 0), next_try_at = 0
    WHERE ${place}`,
}

type Row = { readonly misses: number; readonly next_try_at: string }

export function createPostgresFactorTries(deps: {
  readonly database: Database
  readonly clock: Clock
}): FactorTries {
  const { database, clock } = deps
  const keyOf = ({ tenantId, accountId, method }: TriedFactor) => [tenantId, accountId, method]

  async function run(statement: Statement, factor: TriedFactor, ...values: unknown[]) {
    const all = [...keyOf(factor), ...values]
    const { rows } = await database.statements.run<Row>(statement, all, 'durable')
    return rows[0]
  }

  return {
    async count(factor) {
      const now = clock.now()
      const times = [now, now + triesWindow]
      const row = await run(count, factor, ...times, freeTries, triesWaits, mostMisses)
      if (row) return { allowed: true, isLast: row.misses >= mostMisses }
      // decided already; this only tells how long
      const known = await run(look, factor)
      return refusalOf(known?.misses ?? 0, Number(known?.next_try_at ?? now), now)
    },

    async accept(factor) {
      await run(accept, factor, forgiven)
    },

    async withdraw(factor) {
      await run(withdraw, factor)
    },

    async reset({ tenantId, accountId, method }, within) {
      await (within ?? database.knex)('factor_tries')
        .where({ tenant_id: tenantId, account_id: accountId, method })
        .delete()
    },

    async isLocked(factor) {
      const row = await run(look, factor)
      return row !== undefined && row.misses >= mostMisses
    },
  }
}
