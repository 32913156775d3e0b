import type { Pool } from 'pg'
import { guarded, isReadTimeout } from './outage.ts'
import type { Statement, Statements } from './storage.ts'

/** Named statements, each its own implicit transaction, on a connection that the pool gives to nobody else meanwhile. */
export function createPooledStatements(pool: Pool): Statements<unknown> {
  return {
    run: <Row>(statement: Statement, values: readonly unknown[]) =>
      guarded(async () => {
        const client = await pool.connect()
        let isLost = false
        try {
          const result = await client.query({ ...statement, values: [...values] })
          return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 } // the statement's text decides the row
        } catch (error) {
          isLost = isReadTimeout(error) // the server may still work on it
          throw error
        } finally {
          client.release(isLost)
        }
      }),
  }
}
