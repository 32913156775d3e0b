import { epochSeconds, type Clock } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Database, Durability, Statement, StatementResult } from '#storage/storage.ts'
import { isStorableKey, storableExpiry } from './expiry-time.ts'
import type { Artifact, ArtifactModel, ArtifactStore, FoundArtifact } from './oidc.ts'

/** Written when a promise is made that must outlive a power loss. */
const durablyWritten: ReadonlySet<ArtifactModel> = new Set([
  'Grant',
  'RefreshToken',
  'RegistrationAccessToken',
  'InitialAccessToken',
])

/** Of no use to anyone a few minutes later: should a power loss bring one back, nothing is lost. */
const soonForgotten: ReadonlySet<ArtifactModel> = new Set([
  'Interaction',
  'AuthorizationCode',
  'PushedAuthorizationRequest',
  'DeviceCode',
  'ReplayDetection',
])

const one = 'tenant_id = $1 AND model = $2 AND id = $3'
const lives = (parameter: string) => `(expires_at IS NULL OR expires_at > ${parameter})`
const columns = 'id, payload::text AS payload, consumed_at'
// `json` would come parsed; the text goes back to the engine byte for byte
const newest = (column: string) => `
  SELECT ${columns} FROM oidc_artifacts WHERE tenant_id = $1 AND ${column} = $2 AND ${lives('$3')}
  ORDER BY expires_at DESC NULLS FIRST LIMIT 1`
const write = `
  INSERT INTO oidc_artifacts AS a
    (tenant_id, model, id, payload, grant_id, account_id, client_id, uid, user_code, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  ON CONFLICT (tenant_id, model, id) DO UPDATE SET
    payload = excluded.payload, grant_id = excluded.grant_id, account_id = excluded.account_id,
    client_id = excluded.client_id, uid = excluded.uid, user_code = excluded.user_code,
    expires_at = excluded.expires_at`

const statements = {
  find: {
    name: 'oidc.find',
    text: `SELECT ${columns} FROM oidc_artifacts WHERE ${one} AND ${lives('$4')}`,
  },
  findByUid: { name: 'oidc.find_by_uid', text: newest('uid') },
  findByUserCode: { name: 'oidc.find_by_user_code', text: newest('user_code') },
  // consumed_at is left alone: what was used stays used
  upsert: { name: 'oidc.upsert', text: write },
  update: {
    name: 'oidc.update',
    text: `UPDATE oidc_artifacts SET payload = $4, grant_id = $5, account_id = $6, client_id = $7, uid = $8,
        user_code = $9, expires_at = $10 WHERE ${one} AND ${lives('$11')} AND payload::text = $12`,
  },
  insert: { name: 'oidc.insert', text: `${write}, consumed_at = NULL WHERE a.expires_at <= $11` },
  consume: {
    name: 'oidc.consume',
    text: `UPDATE oidc_artifacts SET consumed_at = $4
      WHERE ${one} AND consumed_at IS NULL AND ${lives('$4')}`,
  },
  // one statement: never both of them alive
  undoRotation: {
    name: 'oidc.undo_rotation',
    text: `WITH gone AS (DELETE FROM oidc_artifacts WHERE ${one})
      UPDATE oidc_artifacts SET consumed_at = NULL WHERE tenant_id = $1 AND model = $2 AND id = $4`,
  },
  expire: {
    name: 'oidc.expire',
    text: `UPDATE oidc_artifacts SET expires_at = $4 WHERE ${one} AND ${lives('$4')}`,
  },
  destroy: { name: 'oidc.destroy', text: `DELETE FROM oidc_artifacts WHERE ${one}` },
  destroyByUid: {
    name: 'oidc.destroy_by_uid',
    text: `DELETE FROM oidc_artifacts WHERE tenant_id = $1 AND uid = $2 RETURNING ${columns}`,
  },
  destroyByGrant: {
    name: 'oidc.destroy_by_grant',
    text: 'DELETE FROM oidc_artifacts WHERE tenant_id = $1 AND grant_id = $2',
  },
  destroyGrant: {
    name: 'oidc.destroy_grant',
    text: `DELETE FROM oidc_artifacts WHERE tenant_id = $1 AND model = 'Grant' AND id IN ($2, $3)`,
  },
  destroyByAccount: {
    name: 'oidc.destroy_by_account',
    text: 'DELETE FROM oidc_artifacts WHERE tenant_id = $1 AND account_id = $2',
  },
  destroyAccess: {
    name: 'oidc.destroy_access',
    text: 'DELETE FROM oidc_artifacts WHERE tenant_id = $1 AND account_id = $2 AND client_id = $3',
  },
  destroyByClient: {
    name: 'oidc.destroy_by_client',
    text: 'DELETE FROM oidc_artifacts WHERE tenant_id = $1 AND client_id = $2',
  },
} satisfies Record<string, Statement>

// The rows are locked before they go, so one prolonged meanwhile stays.
const removeExpired = `
  DELETE FROM oidc_artifacts WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM oidc_artifacts WHERE expires_at < ? LIMIT ? FOR UPDATE SKIP LOCKED))`

type Row = {
  readonly id: string
  readonly payload: string
  readonly consumed_at: string | null // bigint
}

/** Artifacts in Postgres, on the hot path's statements. */
export function createPostgresArtifactStore(deps: {
  readonly database: Database
  readonly clock: Clock
}): ArtifactStore {
  const { database, clock } = deps
  const run = (statement: Statement, values: readonly unknown[], durability: Durability) =>
    database.statements.run<Row>(statement, values, durability)

  async function findOne(statement: Statement, tenantId: TenantId, values: readonly unknown[]) {
    if (values.some((value) => typeof value === 'string' && !isStorableKey(value))) return undefined
    const { rows } = await run(statement, [tenantId, ...values], 'relaxed')
    return rows[0] && toFound(rows[0])
  }

  return {
    find: (tenantId, model, id, at) => findOne(statements.find, tenantId, [model, id, at]),
    findByUid: (tenantId, uid, at) => findOne(statements.findByUid, tenantId, [uid, at]),
    findByUserCode: (tenantId, code, at) =>
      findOne(statements.findByUserCode, tenantId, [code, at]),

    async upsert(tenantId, artifact) {
      const durability = durablyWritten.has(artifact.model) ? 'durable' : 'relaxed'
      await run(statements.upsert, toValues(tenantId, artifact), durability)
    },

    async update(tenantId, artifact, expected) {
      const values = [...toValues(tenantId, artifact), epochSeconds(clock), expected]
      return (await run(statements.update, values, 'relaxed')).rowCount === 1
    },

    async insert(tenantId, artifact) {
      const values = [...toValues(tenantId, artifact), epochSeconds(clock)]
      return (await run(statements.insert, values, 'relaxed')).rowCount === 1
    },

    async consume(tenantId, model, id, at) {
      if (!isStorableKey(id)) return false
      // relaxed: the log is written in order, so the successor's durable upsert takes this mark along
      return (await run(statements.consume, [tenantId, model, id, at], 'relaxed')).rowCount === 1
    },

    async undoRotation(tenantId, model, { used, successor }) {
      await run(statements.undoRotation, [tenantId, model, successor, used], 'durable')
    },

    async expire(tenantId, model, id, expiresAt) {
      if (!isStorableKey(id)) return
      await run(statements.expire, [tenantId, model, id, storableExpiry(expiresAt)], 'relaxed')
    },

    ...createEndings(database, run),
  }
}

type Run = (
  statement: Statement,
  values: readonly unknown[],
  durability: Durability,
) => Promise<StatementResult<Row>>

type Endings = Pick<
  ArtifactStore,
  | 'destroy'
  | 'destroyByUid'
  | 'destroyByGrant'
  | 'destroyByOwner'
  | 'destroyAccess'
  | 'removeExpired'
>

function createEndings(database: Database, run: Run): Endings {
  return {
    async destroy(tenantId, model, id) {
      if (!isStorableKey(id)) return
      // what is revoked stays revoked, also after a power loss
      const durability = soonForgotten.has(model) ? 'relaxed' : 'durable'
      await run(statements.destroy, [tenantId, model, id], durability)
    },

    async destroyByUid(tenantId, uid) {
      if (!isStorableKey(uid)) return []
      const { rows } = await run(statements.destroyByUid, [tenantId, uid], 'durable')
      return rows.map(toFound)
    },

    async destroyByGrant(tenantId, grantId) {
      // the Grant first: without it nothing that hangs on it is accepted
      await run(statements.destroyGrant, [tenantId, grantId, sha256(grantId)], 'durable')
      await run(statements.destroyByGrant, [tenantId, grantId], 'durable')
    },

    async destroyByOwner(tenantId, owner) {
      const [statement, id] =
        'accountId' in owner
          ? [statements.destroyByAccount, owner.accountId]
          : [statements.destroyByClient, owner.clientId]
      await run(statement, [tenantId, id], 'durable')
    },

    async destroyAccess(tenantId, accountId, clientId) {
      await run(statements.destroyAccess, [tenantId, accountId, clientId], 'durable')
    },

    async removeExpired(before, limit) {
      const { rowCount } = await database.knex.raw<{ rowCount: number }>(removeExpired, [
        before,
        limit,
      ])
      return rowCount
    },
  }
}

function toValues(tenantId: TenantId, artifact: Artifact): unknown[] {
  const { model, id, payload, grantId, accountId, clientId, uid, userCode, expiresAt } = artifact
  const expiry = storableExpiry(expiresAt)
  return [tenantId, model, id, payload, grantId, accountId, clientId, uid, userCode, expiry]
}

function toFound(row: Row): FoundArtifact {
  const { id, payload } = row
  return { id, payload, consumedAt: row.consumed_at === null ? undefined : Number(row.consumed_at) }
}
