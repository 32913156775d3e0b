import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import type { AuditEvent } from './audit.ts'
import { beginning, follow, linkHash, written, type Link } from './chain.ts'
import { createMemoryAudit } from './memory.ts'
import { createPostgresAudit } from './postgres.ts'
import { auditContract } from './store.contract.ts'

auditContract('memory', async (clock) => ({
  audit: createMemoryAudit({ clock }),
  close: async () => undefined,
}))

const tenantId = brandId<TenantId>('main')
const event: AuditEvent = {
  tenantId,
  type: 'account.disabled',
  outcome: 'success',
  actor: { kind: 'cli' },
}

/** What an owner of the database can do: past every trigger. */
async function tamper(database: Database, statement: string): Promise<void> {
  await database.transaction(async (within) => {
    await within?.raw(`SET LOCAL session_replication_role = 'replica'`)
    const { rowCount } = (await within?.raw<{ rowCount: number }>(statement)) ?? { rowCount: 0 }
    assert.equal(rowCount, 1)
  })
}

for (const kind of availableDatabases()) {
  auditContract(kind.name, async (clock) => {
    const database = await kind.open()
    return {
      audit: createPostgresAudit({ database, clock }),
      close: async () => database[Symbol.asyncDispose](),
    }
  })

  describe(`audit rows on ${kind.name}`, () => {
    test('an event falls with the transaction it tells of (Q91)', async () => {
      await using database = await kind.open()
      const audit = createPostgresAudit({ database, clock: createFakeClock() })
      await audit.append(event)
      const failing = database.transaction(async (within) => {
        await audit.append({ ...event, type: 'account.enabled' }, within)
        throw new Error('the change failed')
      })
      await assert.rejects(failing, /the change failed/)
      assert.equal((await audit.list(tenantId, { limit: 10 })).length, 1)
      assert.equal(await audit.verify(tenantId), true)
    })

    test('nothing that was written can be changed or removed (Q91)', async () => {
      await using database = await kind.open()
      const audit = createPostgresAudit({ database, clock: createFakeClock() })
      await audit.append(event)
      await audit.append({ ...event, accountId: brandId<AccountId>('ada') })
      for (const statement of [
        `UPDATE audit_people SET account_id = 'grace'`,
        `TRUNCATE audit_people`,
      ]) {
        await assert.rejects(database.knex.raw(statement), /only ever erased/)
      }
      for (const statement of [
        `UPDATE audit_events SET event = '{}'`,
        `DELETE FROM audit_events`,
        `TRUNCATE audit_events`,
      ]) {
        await assert.rejects(database.knex.raw(statement), /append-only/)
      }
      assert.equal((await audit.list(tenantId, { limit: 10 })).length, 2)
    })

    for (const [what, statement] of [
      ['a changed event', `UPDATE audit_events SET event = event || ' ' WHERE sequence = 2`],
      ['a changed hash', `UPDATE audit_events SET hash = sha256(hash) WHERE sequence = 3`],
      ['a removed first event', `DELETE FROM audit_events WHERE sequence = 1`],
      ['a removed event', `DELETE FROM audit_events WHERE sequence = 2`],
      ['a removed last event', `DELETE FROM audit_events WHERE sequence = 4`],
      ['a lost head', `DELETE FROM audit_heads`],
      [
        'another address',
        `UPDATE audit_people SET data = replace(data, '192', '198') WHERE sequence = 2`,
      ],
      ['a person put to an event', `UPDATE audit_people SET sequence = 3 WHERE sequence = 2`],
    ] as const) {
      test(`someone who gets past the trigger is found out by ${what}`, async () => {
        await using database = await kind.open()
        const audit = createPostgresAudit({ database, clock: createFakeClock() })
        const theirs = { ...event, accountId: brandId<AccountId>('ada'), ip: '192.0.2.1' }
        for (let n = 0; n < 4; n += 1) await audit.append(n === 1 ? theirs : event)
        assert.equal(await audit.verify(tenantId), true)
        await tamper(database, statement)
        assert.equal(await audit.verify(tenantId), false)
      })
    }

    test('a chain longer than one batch is verified to its end', async () => {
      await using database = await kind.open()
      const audit = createPostgresAudit({ database, clock: createFakeClock() })
      for (let n = 0; n < 1003; n += 1) await audit.append(event)
      assert.equal(await audit.verify(tenantId), true)
      await tamper(database, `UPDATE audit_events SET event = '{}' WHERE sequence = 1002`)
      assert.equal(await audit.verify(tenantId), false)
    })
  })
}

describe('the chain', () => {
  const links = ['one', 'two', 'three'].reduce<Link[]>((chain, text) => {
    const last = chain.at(-1) ?? beginning
    return [...chain, { sequence: last.sequence + 1, text, hash: linkHash(last.hash, text) }]
  }, [])

  test('leads to its last link', () => {
    assert.equal(follow(beginning, links), links.at(-1))
  })

  test('is broken by two links that changed places', () => {
    const [one, two, three] = links as [Link, Link, Link]
    const swapped = [one, { ...three, sequence: 2 }, { ...two, sequence: 3 }]
    assert.equal(follow(beginning, swapped), undefined)
  })

  test('names nobody: only a hash of it that is another each time', () => {
    const about: AuditEvent = {
      ...event,
      accountId: brandId<AccountId>('id-of-ada'),
      actor: { kind: 'account', id: brandId<AccountId>('id-of-ada') },
      ip: '192.0.2.1',
      userAgent: 'Browser/1',
      detail: { email: 'ada@example.test' },
    }
    const [one, other] = [written(about, new Date(0)), written(about, new Date(0))]
    assert.doesNotMatch(one.text, /ada|192|Browser/)
    assert.notEqual(one.text, other.text)
  })
})
