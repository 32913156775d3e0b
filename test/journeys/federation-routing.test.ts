import assert from 'node:assert/strict'
import { it } from 'node:test'
import { connect, follow } from '#test/support/foreign-sign-in.ts'
import type { Connection } from '#federation/federation.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const nowhere = { issuer: 'https://id.example.test', clientId: 'signet', clientSecret: 'secret' }
let tenants = 0

describeInWorlds('where an application would have somebody sign in', (world) => {
  async function open(document: object = {}, domain = 'home.test') {
    tenants += 1
    const tenant = await world().addTenant(`route-${tenants}`)
    const domains = [{ domain, proved: true }]
    const connection = await connect(world(), nowhere, { domains, ...document }, tenant)
    const rp = await world().relyingParty(await world().addClient('trusted', {}, tenant))
    const begin = async (parameters: Readonly<Record<string, string>> = {}) => {
      const tab = world().browser().tab()
      await tab.open((await rp.start(parameters)).url)
      return tab
    }
    return { tenant, connection, rp, begin }
  }

  const title = ({ name }: Connection) => `Continue to ${name}`

  it('is asked there, without a name being typed', async () => {
    const { connection, begin } = await open()
    for (const parameters of [
      { domain_hint: 'home.test' },
      { hd: 'HOME.test' },
      { idp_hint: connection.id },
      { acr_values: `urn:signet:acr:password urn:signet:connection:${connection.id}` },
      { login_hint: 'ada@home.test' },
    ]) {
      const { page } = await begin(parameters)
      assert.equal(page.heading, title(connection), JSON.stringify(parameters))
    }
  })

  it('is a wish: one for what is not there tells of nothing, and a person may choose otherwise', async () => {
    const { connection, begin } = await open({ status: 'disabled' })
    const foreign = (await open()).connection
    for (const parameters of [
      { idp_hint: connection.id },
      { idp_hint: foreign.id },
      { idp_hint: '../../etc/passwd' },
      { acr_values: 'urn:signet:connection:nobody' },
      { domain_hint: 'home.test' },
      { domain_hint: 'a@b@home.test' },
      { hd: 'x'.repeat(2000) },
      { login_hint: 'no address' },
    ]) {
      const { page } = await begin(parameters)
      assert.deepEqual([page.status, page.heading], [200, 'Sign in'], JSON.stringify(parameters))
    }
    const live = await open()
    const tab = await live.begin({ idp_hint: live.connection.id })
    await tab.submit({}, 'Use another account')
    assert.equal(tab.page.heading, 'Sign in')
    await tab.submit({ email: 'ada@elsewhere.test' })
    assert.match(tab.page.text, /Password/)
  })

  it('goes by a domain that is proved, and by no other: nor a part of one, nor one that contains it', async () => {
    const { connection, tenant, rp, begin } = await open()
    const claim = [{ domain: 'claimed.test', proved: false }]
    await connect(world(), nowhere, { domains: claim }, tenant)
    const tab = await begin()
    const leads = async (email: string) => {
      await tab.open((await rp.start()).url)
      return (await tab.submit({ email })).heading === title(connection)
    }
    assert.equal(await leads('ada@home.test'), true)
    assert.equal(await leads('ada@HOME.TEST'), true)
    for (const email of [
      'ada@claimed.test',
      'ada@sub.home.test',
      'ada@nothome.test',
      'ada@home.test.evil.test',
    ])
      assert.equal(await leads(email), false, email)
  })

  it('asks nobody through a connection that is off, a draft, or another tenant’s: 404 all of them (Q77)', async () => {
    const { tenant, connection, begin } = await open()
    const draft = await connect(world(), nowhere, { status: 'draft' }, tenant)
    const off = await connect(world(), nowhere, { status: 'disabled' }, tenant)
    const foreign = (await open()).connection
    const tab = await begin()
    const interaction = tab.page.url
    const statusOf = async (id: string) =>
      (await tab.open(`${interaction.href}/leave/${id}`)).status
    for (const id of [draft.id, off.id, foreign.id, 'nobody', 'No%20body'])
      assert.equal(await statusOf(id), 404, id)
    await tab.open(interaction)
    const start = `${tenant.issuer}/federation/${connection.id}/start`
    const uid = interaction.pathname.split('/').at(-1) ?? ''
    assert.equal((await tab.open(start)).status, 400) // of no sign-in, and not asked for by a front end
    assert.equal(
      (await tab.open(`${start}?interaction=${uid}`)).heading,
      'You’re not signed in yet',
    ) // nobody answers
  })

  it('shows a button to whoever stands on the page, in the order an administrator gave', async () => {
    const { tenant, begin } = await open({ button: false }, 'quiet.test')
    const add = (document: object) => connect(world(), nowhere, document, tenant)
    await add({ name: 'Second', position: 2 })
    await add({ name: 'First', position: 1 })
    await world().pass(2)
    const tab = await begin()
    const shown = [...tab.page.text.matchAll(/Continue with (\w+)/g)].map(([, name]) => name)
    assert.deepEqual(shown, ['First', 'Second'])
  })

  it('leads nobody into the sign-in of another browser', async () => {
    const { connection, begin } = await open()
    const theirs = await begin()
    const mine = world().browser().tab()
    const page = await mine.open(`${theirs.page.url.href}/leave/${connection.id}`)
    assert.equal(page.status, 400)
    assert.equal(page.isElsewhere, false)
    const left = await follow(theirs, connection)
    assert.equal(left.heading, 'You’re not signed in yet') // nobody answers there
  })
})
