import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createExpiryJob } from '#storage/expiry.ts'
import { addForeign } from '#test/support/foreign-sign-in.ts'
import { enrolledPerson } from '#test/support/enrolled.ts'
import type { Enrolled } from '#test/support/enrolled.ts'
import { codeIn, lastMail } from '#test/support/mail.ts'
import { requesterFrom } from '#test/support/password-login.ts'
import { askForCode } from '#test/support/recovery.ts'
import { password } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const day = 24 * 3600
const requester = requesterFrom('203.0.113.7')
/** Whose rows go at once when somebody leaves; their own tests say so. */
const endedBefore = ['oidc_artifacts', 'sessions', 'saml_sessions']

/** The tables in which one of these is still to be read, in whatever column. */
async function tablesWith({ app }: World, words: readonly string[]): Promise<readonly string[]> {
  const { knex } = app.database
  const tables = await knex('information_schema.tables')
    .where({ table_schema: 'public', table_type: 'BASE TABLE' })
    .orderBy('table_name')
    .pluck<string[]>('table_name')
  const found: string[] = []
  for (const table of tables) {
    const rows = await knex.raw<{ rows: { row: string }[] }>('SELECT t::text AS row FROM ?? t', [
      table,
    ])
    if (rows.rows.some(({ row }) => words.some((word) => row.includes(word)))) found.push(table)
  }
  return found
}

/** Those whose rows name an account. */
function tablesOfPeople({ app }: World): Promise<string[]> {
  return app.database
    .knex('information_schema.columns')
    .where({ table_schema: 'public', column_name: 'account_id' })
    .orderBy('table_name')
    .pluck<string[]>('table_name')
}

describeInWorlds('what is kept of a person (GDPR Art. 17, Q20)', (world) => {
  /** Takes the account to another address, so that the one of before is kept for a day. */
  async function moveAway({ person }: Enrolled, email: string): Promise<void> {
    const { app, main, clock } = world()
    const accountId = person.account.id
    const asked = { tenant: main, accountId, browser: 'b'.repeat(43), requester }
    const provedAt = Math.floor(clock.now() / 1000)
    const begun = await app.emailChanges.begin({ ...asked, email, provedAt })
    assert.ok(begun.kind === 'sent')
    const code = codeIn(await lastMail(world(), main, email))
    const done = await app.emailChanges.confirm({ ...asked, handle: begun.handle, code })
    assert.equal(done.kind, 'changed')
  }

  /** An account elsewhere that opens this one, with what may be done there and a session over there. */
  async function connectElsewhere({ person }: Enrolled): Promise<void> {
    const { app, main } = world()
    const issuer = 'https://id.example.test'
    const peer = { type: 'oidc', issuer, client_id: 'signet', client_secret: 'secret' }
    const connection = await addForeign(world(), peer)
    const { id } = person.account
    const place = { tenant_id: main.id, connection_id: connection.id, account_id: id }
    const { knex } = app.database
    const identity = { issuer, subject: `sub of ${person.email}`, sealed_tokens: 'v1.sealed' }
    await knex('identities').insert({ ...place, ...identity, created_at: new Date() })
    const session = await knex('sessions').where({ account_id: id }).first<{ uid: string }>('uid')
    const theirs = { session_uid: session?.uid, name_key: 'name', index_key: 'index' }
    await knex('saml_sessions').insert({ ...place, ...theirs })
  }

  /** Everything there is to be kept of anybody. */
  async function live() {
    const { app, clock } = world()
    const enrolled = await enrolledPerson(world())
    const { person } = enrolled
    const { tenantId, id } = person.account
    const tab = world().browser().tab()
    await tab.open((await (await world().relyingParty('web')).start()).url)
    await tab.submit({ email: person.email })
    await tab.submit({ password })
    await tab.submit({}, 'Use your authenticator app')
    await tab.submit({ code: '000000' })
    await tab.submit({ code: await enrolled.code(), trust: 'yes' })
    await tab.submit({}, 'Allow')
    await connectElsewhere(enrolled)
    const agreedAt = new Date(clock.now())
    await app.agreements.put([
      { tenantId, accountId: id, document: 'terms', version: '1', agreedAt },
    ])
    const email = `moved-${person.email}`
    await moveAway(enrolled, email)
    await askForCode(world().browser().tab(), email)
    return { ...person, words: [id, person.email, email], tab }
  }

  it('is nothing once they are erased, in no table there is', async () => {
    const { account, words } = await live()
    const { app, clock } = world()
    const { tenantId, id } = account
    await app.departures.leave(tenantId, id, { actor: { kind: 'account', id } })
    const kept = await tablesWith(world(), words)
    for (const table of await tablesOfPeople(world()))
      if (!endedBefore.includes(table)) assert.ok(kept.includes(table), `${table} was not tried`)
    for (let days = 0; days < 14; days += 1) {
      await world().pass(day)
      await world().web.logoutDelivery.runOnce()
    }
    await world().pass(61)
    const removers = { ...app.removers, departures: app.departures.eraseLeft }
    await createExpiryJob({ removers, clock }).runOnce()
    await app.outbox.purge(new Date(clock.now() - 7 * day * 1000))
    assert.equal(await app.accounts.find(tenantId, id), undefined)
    assert.deepEqual(await tablesWith(world(), words), [])
  })
})
