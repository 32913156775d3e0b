import { epochSeconds, type Clock } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Artifact, ArtifactModel, ArtifactStore, FoundArtifact } from './oidc.ts'

type Row = Artifact & { readonly tenantId: TenantId; readonly consumedAt: number | undefined }

/** Artifacts of one process. */
export function createMemoryArtifactStore({ clock }: { readonly clock: Clock }): ArtifactStore {
  const rows: Rows = new Map()

  function living(tenantId: TenantId, model: ArtifactModel, id: string, at: number) {
    const row = rows.get(name(tenantId, model, id))
    return row && isLiving(row, at) ? row : undefined
  }

  return {
    async find(tenantId, model, id, at) {
      const row = living(tenantId, model, id, at)
      return row && toFound(row)
    },
    findByUid: async (tenantId, uid, at) =>
      newest(rows, (row) => row.tenantId === tenantId && row.uid === uid, at),
    findByUserCode: async (tenantId, userCode, at) =>
      newest(rows, (row) => row.tenantId === tenantId && row.userCode === userCode, at),
    async upsert(tenantId, artifact) {
      const key = name(tenantId, artifact.model, artifact.id)
      rows.set(key, { ...artifact, tenantId, consumedAt: rows.get(key)?.consumedAt })
    },
    async update(tenantId, artifact, expected) {
      const row = living(tenantId, artifact.model, artifact.id, epochSeconds(clock))
      if (row?.payload !== expected) return false
      const { consumedAt } = row
      rows.set(name(tenantId, artifact.model, artifact.id), { ...artifact, tenantId, consumedAt })
      return true
    },
    async insert(tenantId, artifact) {
      const { model, id } = artifact
      if (living(tenantId, model, id, epochSeconds(clock))) return false
      rows.set(name(tenantId, model, id), { ...artifact, tenantId, consumedAt: undefined })
      return true
    },
    async consume(tenantId, model, id, at) {
      const row = living(tenantId, model, id, at)
      if (!row || row.consumedAt !== undefined) return false
      rows.set(name(tenantId, model, id), { ...row, consumedAt: at })
      return true
    },
    async undoRotation(tenantId, model, { used, successor }) {
      rows.delete(name(tenantId, model, successor))
      const row = rows.get(name(tenantId, model, used))
      if (row) rows.set(name(tenantId, model, used), { ...row, consumedAt: undefined })
    },
    async expire(tenantId, model, id, expiresAt) {
      const row = rows.get(name(tenantId, model, id))
      if (!row || (row.expiresAt ?? Infinity) <= expiresAt) return
      rows.set(name(tenantId, model, id), { ...row, expiresAt })
    },
    ...createEndings(rows),
  }
}

type Rows = Map<string, Row>

type Endings = Pick<
  ArtifactStore,
  | 'destroy'
  | 'destroyByUid'
  | 'destroyByGrant'
  | 'destroyByOwner'
  | 'destroyAccess'
  | 'removeExpired'
>

function createEndings(rows: Rows): Endings {
  return {
    async destroy(tenantId, model, id) {
      rows.delete(name(tenantId, model, id))
    },
    async destroyByUid(tenantId, uid) {
      const found = [...rows.values()].filter((row) => row.tenantId === tenantId && row.uid === uid)
      for (const { model, id } of found) rows.delete(name(tenantId, model, id))
      return found.map(toFound)
    },
    async destroyByGrant(tenantId, grantId) {
      const ids: readonly string[] = [grantId, sha256(grantId)]
      const isTheGrant = (row: Row) => row.model === 'Grant' && ids.includes(row.id)
      removeWhere(rows, (r) => r.tenantId === tenantId && (r.grantId === grantId || isTheGrant(r)))
    },
    async destroyByOwner(tenantId, owner) {
      const isOwned = (row: Row) =>
        'accountId' in owner ? row.accountId === owner.accountId : row.clientId === owner.clientId
      removeWhere(rows, (row) => row.tenantId === tenantId && isOwned(row))
    },
    async destroyAccess(tenantId, accountId, clientId) {
      const isTheirs = (row: Row) => row.accountId === accountId && row.clientId === clientId
      removeWhere(rows, (row) => row.tenantId === tenantId && isTheirs(row))
    },
    async removeExpired(before, limit) {
      const expired = [...rows].filter(([, row]) => (row.expiresAt ?? Infinity) < before)
      for (const [key] of expired.slice(0, limit)) rows.delete(key)
      return Math.min(expired.length, limit)
    },
  }
}

function newest(rows: Rows, matches: (row: Row) => boolean, at: number): FoundArtifact | undefined {
  const found = [...rows.values()].filter((row) => matches(row) && isLiving(row, at))
  found.sort((a, b) => (b.expiresAt ?? Infinity) - (a.expiresAt ?? Infinity))
  return found[0] && toFound(found[0])
}

function removeWhere(rows: Rows, matches: (row: Row) => boolean): void {
  for (const [key, row] of rows) if (matches(row)) rows.delete(key)
}

function name(tenantId: TenantId, model: ArtifactModel, id: string): string {
  return JSON.stringify([tenantId, model, id])
}

function isLiving(row: Row, at: number): boolean {
  return row.expiresAt === undefined || row.expiresAt > at
}

function toFound({ id, payload, consumedAt }: Row): FoundArtifact {
  return { id, payload, consumedAt }
}
