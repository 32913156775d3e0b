import type { Clock } from '#kit/clock.ts'
import type { SessionOwner } from '#session/session.ts'
import type { Database, Statement } from '#storage/storage.ts'
import { habitsSchema } from './habits.ts'
import { habitLifetime, type Habits, type HabitStore } from './risk.ts'

const removeExpired = `
  DELETE FROM sign_in_habits WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM sign_in_habits WHERE expires_at < to_timestamp(?) LIMIT ? FOR UPDATE SKIP LOCKED))`

const find: Statement = {
  name: 'sign_in_habits.find',
  text: 'SELECT habits, expires_at FROM sign_in_habits WHERE tenant_id = $1 AND account_id = $2',
}

type Row = { tenant_id: string; account_id: string; habits: unknown; expires_at: Date }

export function createPostgresHabitStore(deps: {
  readonly database: Database
  readonly clock: Clock
}): HabitStore {
  const { database, clock } = deps
  const { knex, statements } = database
  const of = ({ tenantId, id }: SessionOwner) => ({ tenant_id: tenantId, account_id: id })

  function habitsOf(row: Row | undefined): Habits | undefined {
    if (!row || row.expires_at.getTime() <= clock.now()) return undefined
    return habitsSchema.parse(row.habits)
  }

  return {
    async find(owner) {
      const { rows } = await statements.run<Row>(find, [owner.tenantId, owner.id], 'relaxed')
      return habitsOf(rows[0])
    },

    async change(owner, change) {
      const expires_at = new Date(clock.now() + habitLifetime * 1000)
      await knex.transaction(async (within) => {
        // over already, so that nobody takes it for habits: it is there to be locked
        const nothing = { ...of(owner), habits: '{}', expires_at: new Date(0) }
        await within('sign_in_habits').insert(nothing).onConflict().ignore()
        const row = await within<Row>('sign_in_habits').where(of(owner)).forUpdate().first()
        const habits = JSON.stringify(change(habitsOf(row)))
        await within('sign_in_habits').where(of(owner)).update({ habits, expires_at })
      })
    },

    async remove(owner, within) {
      await (within ?? knex)('sign_in_habits').where(of(owner)).delete()
    },

    async removeExpired(before, limit) {
      const { rowCount } = await knex.raw<{ rowCount: number }>(removeExpired, [before, limit])
      return rowCount
    },
  }
}
