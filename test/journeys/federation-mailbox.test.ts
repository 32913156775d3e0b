import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { calculatePKCECodeChallenge, randomPKCECodeVerifier } from 'openid-client'
import { apiOf } from '#test/support/api.ts'
import type { Page, Tab } from '#test/support/browser.ts'
import { comeBack, connect, signInThere } from '#test/support/foreign-sign-in.ts'
import { startLyingProvider, type LyingProvider } from '#test/support/lying-provider.ts'
import { codeIn, mailsTo } from '#test/support/mail.ts'
import { isConsent } from '#test/support/person.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('an address elsewhere that nobody vouches for', (world) => {
  let provider: LyingProvider
  let people = 0
  before(async () => {
    provider = await startLyingProvider()
  })
  after(() => provider[Symbol.asyncDispose]())

  /** Back from there, with the address of `person` where one is given. */
  async function open(person?: Person, document: object = {}) {
    people += 1
    const who = {
      sub: `unproved${people}`,
      email: person?.email ?? `unproved${people}@example.test`,
      email_verified: people % 2 === 0 ? false : undefined,
    }
    provider.lie({ claims: (claims) => Object.assign(claims, who) })
    const connection = await connect(world(), provider, document)
    const rp = await world().relyingParty('web')
    const tab = world().browser().tab()
    const attempt = await rp.start()
    await tab.open(attempt.url)
    await signInThere(tab, provider, connection)
    return { who, connection, rp, tab, attempt }
  }

  type Scene = Awaited<ReturnType<typeof open>>

  async function code({ tab, who }: Scene): Promise<string> {
    await tab.submit({}, /Send a code/.test(tab.page.text) ? 'Send a code' : 'Send a new code')
    return codeIn((await mailsTo(world(), who.email))[0])
  }

  async function prove(scene: Scene): Promise<Page> {
    return scene.tab.submit({ code: await code(scene) }, 'Next')
  }

  async function subject({ tab, attempt }: Pick<Scene, 'tab' | 'attempt'>) {
    if (isConsent(tab.page)) await tab.submit({}, 'Allow')
    assert.ok(tab.page.isElsewhere, tab.page.text)
    return (await attempt.finish(tab.page.url)).claims() ?? assert.fail('no ID token')
  }

  const accountOf = (email: string) => world().app.accounts.findByEmail(world().main.id, email)

  it('makes an account once its mailbox is proved, and is known from then on', async () => {
    const scene = await open()
    const { tab, who, connection, rp } = scene
    assert.equal(tab.page.heading, 'Confirm your email address')
    assert.match(tab.page.text, new RegExp(`${connection.name}.*${who.email}`))
    assert.deepEqual(await mailsTo(world(), who.email), [], 'a GET sends no mail (Q57)')
    await code(scene)
    assert.match((await tab.submit({ code: '' }, 'Next')).text, /Enter the code from the message/)
    await tab.submit({ code: codeIn((await mailsTo(world(), who.email))[0]) }, 'Next')
    const claims = await subject(scene)
    assert.deepEqual([claims['email'], claims['email_verified']], [who.email, true])
    assert.deepEqual(claims['amr'], ['fed'], 'a mailbox is no second factor')

    const again = world().browser().tab()
    const attempt = await rp.start()
    await again.open(attempt.url)
    await signInThere(again, provider, connection)
    assert.equal((await subject({ tab: again, attempt })).sub, claims.sub)
  })

  it('looks the same whether an account has it, and opens that one by its own proof alone (nOAuth, Q73)', async () => {
    const person = await world().addAccount()
    const [nobody, somebody] = [await open(), await open(person)]
    const shown = ({ tab, who, connection }: Scene) =>
      tab.page.text.replaceAll(who.email, 'A').replaceAll(connection.name, 'C')
    assert.equal(shown(nobody), shown(somebody))
    const sent = await Promise.all([code(nobody), code(somebody)])
    assert.equal(shown(nobody), shown(somebody))
    const [one, other] = await Promise.all(
      [nobody, somebody].map(async ({ who }) => (await mailsTo(world(), who.email))[0]),
    )
    const said = (text = '', digits = '') =>
      text.replaceAll(`${digits.slice(0, 3)} ${digits.slice(3)}`, 'D').replaceAll(digits, 'D')
    assert.equal(said(one?.text, sent[0]), said(other?.text, sent[1]))

    const page = await somebody.tab.submit({ code: sent[1] }, 'Next')
    assert.equal(page.heading, 'You have an account here already')
    const listed = () => world().app.connectedAccounts.list(world().main.id, person.account.id)
    assert.deepEqual(await listed(), [])
    await somebody.tab.submit({}, 'Continue')
    await somebody.tab.submit({ password: person.password })
    assert.equal((await subject(somebody)).sub, person.account.id)
    assert.equal((await listed()).length, 1)
  })

  it('is proved by no other code, in no other browser, and not for ever', async () => {
    const scene = await open()
    const { tab, who } = scene
    const right = await code(scene)
    const wrong = right === '000000' ? '000001' : '000000'
    const refused = await tab.submit({ code: wrong }, 'Next')
    assert.match(refused.text, /That’s not|isn’t|not the/i)
    const other = await open()
    const elsewhere = await code(other)
    assert.notEqual(elsewhere, right)
    await tab.submit({ code: elsewhere }, 'Next')
    assert.equal(await accountOf(who.email), undefined)
    await world().pass(601)
    const late = await tab.submit({ code: right }, 'Next')
    assert.match(late.text, /That code has expired/)
    assert.equal(await accountOf(who.email), undefined)
    await prove(scene)
    assert.ok(await accountOf(who.email))
  })

  it('makes one account of twenty answers at once', async () => {
    const scene = await open()
    const { tab, who } = scene
    const digits = await code(scene)
    const form = tab.page.forms.find(({ fields }) => fields.some(({ name }) => name === 'code'))
    const csrf = form?.fields.find(({ name }) => name === 'csrf')?.value ?? assert.fail('no form')
    const url = new URL(form?.action ?? '', world().issuer)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        world().transport.fetch(url, {
          method: 'POST',
          body: new URLSearchParams({ csrf, code: digits }),
          headers: {
            cookie: tab.cookieHeader(url),
            'sec-fetch-site': 'same-origin',
            origin: 'null',
          },
        }),
      ),
    )
    for (const { status } of answers) assert.ok(status === 303 || status === 400, String(status))
    const account = await accountOf(who.email)
    const listed =
      account && (await world().app.connectedAccounts.list(account.tenantId, account.id))
    assert.equal(listed?.length, 1)
  })

  it('is left for another way, and does nothing then', async () => {
    const scene = await open()
    const { tab, who } = scene
    const digits = await code(scene)
    const page = await tab.submit({}, 'Use another address')
    assert.notEqual(page.heading, 'Check your email')
    assert.ok(digits)
    assert.equal(await accountOf(who.email), undefined)
  })

  it('is over when the connection is switched off meanwhile', async () => {
    const scene = await open()
    const digits = await code(scene)
    const { tenantId, id } = scene.connection
    const by = { origin: 'seed', actor: { kind: 'cli' } } as const
    const write = { kind: 'changes', changes: { status: 'disabled' } } as const
    await world().app.connections.update({ tenantId, id, ...by, write })
    const page = await scene.tab.submit({ code: digits }, 'Next')
    assert.equal(page.heading, 'You’re not signed in yet')
    assert.equal(await accountOf(scene.who.email), undefined)
  })

  it('is refused where the connection makes nobody an account, whoever has it', async () => {
    for (const person of [undefined, await world().addAccount()]) {
      const { tab, who } = await open(person, { just_in_time: 'off' })
      assert.equal(tab.page.heading, 'You’re not signed in yet')
      assert.deepEqual(await mailsTo(world(), who.email), [])
    }
  })

  it('is told to a front end as what is missing, alike for everybody', async () => {
    const client = await world().addClient('spa', { first_party: true, api_login: true })
    const query = new URLSearchParams({
      client_id: client.clientId,
      redirect_uri: client.redirectUri,
      code_challenge: await calculatePKCECodeChallenge(randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    }).toString()
    const told = async (person?: Person) => {
      const { connection } = await open(person)
      const api = apiOf(world(), client)
      const answer = await api.get(`/auth/sso/${connection.id}/authorize?${query}`)
      const tab: Tab = world().browser().tab()
      const { url } = await tab.open(answer.text('authorization_url'))
      const back = await comeBack(tab, url, provider.authorize(url.href))
      const { error, error_description } = Object.fromEntries(back.url.searchParams)
      return [error, error_description]
    }
    const missing = ['interaction_required', 'email_not_verified']
    assert.deepEqual(await told(), missing)
    assert.deepEqual(await told(await world().addAccount()), missing)
  })
})
