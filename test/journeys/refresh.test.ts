import assert from 'node:assert/strict'
import { it } from 'node:test'
import { signInTo } from '#test/support/person.ts'
import { errorOf } from '#test/support/relying-party.ts'
import type { ClientName } from '#test/support/world-clients.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const day = 24 * 3600
const offline = { scope: 'openid offline_access', prompt: 'consent' }

describeInWorlds('a refresh token', (world) => {
  async function tokensOf(person: Person, name: ClientName = 'web', parameters = {}) {
    const rp = await world().relyingParty(name)
    const { tokens, tab } = await signInTo(rp, person, { world: world(), parameters })
    return { rp, tab, tokens, token: String(tokens.refresh_token) }
  }

  const auditOf = async (person: Person) =>
    (await world().app.audit.list(world().main.id, { limit: 50 }))
      .filter((event) => event.accountId === person.account.id)
      .map((event) => event.type)

  const mailsTo = async (person: Person) =>
    (await world().mail.received()).filter((mail) => mail.to === person.email)

  it('is exchanged for another on every use, by every kind of client (Q14)', async () => {
    for (const name of ['web', 'spa', 'signed'] as const) {
      const { rp, token, tokens } = await tokensOf(world().people.ada, name)
      const second = await rp.refresh(token)
      assert.notEqual(second.refresh_token, token)
      const third = await rp.refresh(String(second.refresh_token))
      assert.ok(third.refresh_token)
      // OIDC Core §12.2: the same person, the same moment of signing in
      assert.equal(third.claims()?.sub, tokens.claims()?.sub)
      assert.equal(third.claims()?.auth_time, tokens.claims()?.auth_time)
    }
  })

  it('used twice within ten seconds is refused, and nothing else happens (Q15)', async () => {
    const person = await world().addAccount()
    const { rp, token } = await tokensOf(person)
    const winner = await rp.refresh(token)
    await world().pass(9)
    assert.equal((await errorOf(rp.refresh(token))).error, 'invalid_grant')
    assert.equal((await rp.introspect(winner.access_token)).active, true)
    assert.ok((await rp.refresh(String(winner.refresh_token))).access_token)
    assert.equal((await auditOf(person)).includes('oidc.refresh_token_reused'), false)
    assert.equal((await mailsTo(person)).length, 0)
  })

  it('used again later kills the family; the audit and the person are told (Q15, RFC 9700 §4.14.2)', async () => {
    const person = await world().addAccount()
    const { rp, token } = await tokensOf(person)
    const successor = await rp.refresh(token)
    await world().pass(11)
    assert.equal((await errorOf(rp.refresh(token))).error, 'invalid_grant')

    const { error } = await errorOf(rp.refresh(String(successor.refresh_token)))
    assert.equal(error, 'invalid_grant', 'the thief or the owner: both are out')
    assert.equal((await rp.introspect(successor.access_token)).active, false)
    assert.equal((await errorOf(rp.userinfo(successor))).status, 401)
    assert.ok((await auditOf(person)).includes('oidc.refresh_token_reused'))
    const [mail] = await mailsTo(person)
    assert.equal(mail?.kind, 'refresh_token_reused')
    assert.match(mail.text, /Payroll/)
    assert.doesNotMatch(mail.text, new RegExp(token))
  })

  it('used by twenty at once has one successor (F1)', async () => {
    const { rp, token } = await tokensOf(world().people.ada)
    const tries = Array.from({ length: 20 }, () => rp.refresh(token))
    const settled = await Promise.allSettled(tries)
    const winners = settled.filter((one) => one.status === 'fulfilled')
    assert.equal(winners.length, 1)
    assert.ok((await rp.refresh(String(winners[0]?.value.refresh_token))).access_token)
  })

  it('is of no use to another client (RFC 6749 §6)', async () => {
    const { rp, token } = await tokensOf(world().people.ada)
    const thief = await world().relyingParty('post')
    assert.equal((await errorOf(thief.refresh(token))).error, 'invalid_grant')
    assert.ok((await rp.refresh(token)).access_token, 'and its owner lost nothing')
  })

  it('gives no more scope than it was given, and less when less is asked (RFC 6749 §6)', async () => {
    const { rp, token } = await tokensOf(world().people.ada, 'web', { scope: 'openid email' })
    const { error } = await errorOf(rp.refresh(token, { scope: 'openid email profile' }))
    assert.equal(error, 'invalid_scope')
    assert.equal((await rp.refresh(token, { scope: 'openid' })).scope, 'openid')
  })

  it('is forgotten after fourteen days of rest (Q14)', async () => {
    const person = await world().addAccount()
    const { rp, token } = await tokensOf(person, 'web', offline)
    await world().pass(13 * day)
    const second = await rp.refresh(token)
    await world().pass(14 * day + 30)
    const { error } = await errorOf(rp.refresh(String(second.refresh_token)))
    assert.equal(error, 'invalid_grant')
  })

  it('ends after 30 days for a public client, however busy (Q14)', async () => {
    assert.deepEqual(await daysOfLife('spa', 40), 30)
  })

  it('ends after 90 days for a confidential client, however busy (Q14)', async () => {
    assert.deepEqual(await daysOfLife('web', 100), 90)
  })

  /** Refreshed every ten days, the last day on which it worked. */
  async function daysOfLife(name: ClientName, most: number): Promise<number> {
    const person = await world().addAccount()
    const { rp, token } = await tokensOf(person, name, offline)
    let current = token
    for (let days = 10; days <= most; days += 10) {
      await world().pass(10 * day - 60)
      try {
        current = String((await rp.refresh(current)).refresh_token)
      } catch {
        return days - 10
      }
      await world().pass(60)
    }
    return most
  }

  it('without offline_access ends with the session; always_issue_refresh_token outlives it', async () => {
    const person = await world().addAccount()
    const bound = await tokensOf(person)
    const client = await world().addClient('trusted', { always_issue_refresh_token: true })
    const rp = await world().relyingParty(client)
    const { tokens } = await signInTo(rp, person, { world: world(), tab: bound.tab })
    await world().pass(25 * 3600) // the session is forgotten after a day of rest (Q63)
    assert.equal((await errorOf(bound.rp.refresh(bound.token))).error, 'invalid_grant')
    assert.ok((await rp.refresh(String(tokens.refresh_token))).access_token)
  })

  it('is not given to a client that did not register for it', async () => {
    const client = await world().addClient('trusted', { grant_types: ['authorization_code'] })
    const rp = await world().relyingParty(client)
    const { tokens } = await signInTo(rp, world().people.ada, { world: world() })
    assert.equal(tokens.refresh_token, undefined)
  })
})
