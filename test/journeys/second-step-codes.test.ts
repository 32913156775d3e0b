import assert from 'node:assert/strict'
import { it } from 'node:test'
import { acrMultiFactor, acrPassword } from '#client/client.ts'
import { epochSeconds } from '#kit/clock.ts'
import { wrongCode } from '#test/support/authenticator-app.ts'
import type { Page, Tab } from '#test/support/browser.ts'
import { csrfOf, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { codeNow, confirmWithApp, setUpTwoSteps, type TwoSteps } from '#test/support/my-two-step.ts'
import { requesterFrom } from '#test/support/password-login.ts'
import { proveIdentity } from '#test/support/person.ts'
import type { Attempt, RelyingParty } from '#test/support/relying-party.ts'
import { storeSetups } from '#test/support/world.ts'
import type { Person, World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('a second step by app or recovery code', (world) => {
  const { open, begin, conversations, post, isThrough, wrong, claimsOf, useCode } = stage(world)

  it('asks for the app after the password; only then is somebody signed in (Q48)', async () => {
    const scene = await open()
    const { tab, secret, rp } = scene
    assert.match(tab.page.text, /authenticator app shows now/)
    const silent = await tab.open((await rp.start({ prompt: 'none' })).url)
    assert.equal(silent.url.searchParams.get('error'), 'login_required')
    await tab.back()
    const claims = await claimsOf(scene, await tab.submit({ code: codeNow(world(), secret) }))
    assert.deepEqual([claims['acr'], claims['amr']], [acrMultiFactor, ['pwd', 'otp', 'mfa']])
  })

  it('takes a code once, in whatever session (RFC 6238 §5.2)', async () => {
    const scene = await open()
    const code = codeNow(world(), scene.secret)
    await claimsOf(scene, await scene.tab.submit({ code }))
    const { tab } = await begin(scene)
    const page = await tab.submit({ code })
    assert.match(page.title, /^Error: /)
    assert.match(page.text, /used already/)
    await world().pass(30)
    assert.ok((await tab.submit({ code: codeNow(world(), scene.secret) })).isElsewhere)
  })

  it('lets one of twenty sessions in that have the same code at once', async () => {
    const scene = await open()
    const tabs = await conversations(scene, 20)
    const code = codeNow(world(), scene.secret)
    const all = tabs.map((tab) => post(tab, 'confirm-app', code))
    assert.equal((await Promise.all(all)).filter(isThrough).length, 1)
  })

  it('says what is wrong, also with a clock, and accepts nothing of another time', async () => {
    const scene = await open()
    const { tab, secret } = scene
    const tries = [
      ['', /Enter the code/],
      ['12 34', /isn’t right/],
      [wrong(scene), /isn’t right/],
      [codeNow(world(), secret, -5), /about 3 minutes behind/],
      [codeNow(world(), secret, 6), /about 3 minutes ahead/],
    ] as const
    for (const [code, said] of tries) {
      const page = await tab.submit({ code })
      assert.match(page.title, /^Error: /)
      assert.match(page.text, said)
    }
    await world().pass(180)
    assert.match((await tab.submit({ code: codeNow(world(), secret) })).text, /used already/)
    await world().pass(30)
    assert.ok((await tab.submit({ code: codeNow(world(), secret) })).isElsewhere)
  })

  it('takes a recovery code instead, each once, and tells the owner (Q46)', async () => {
    const scene = await open()
    const { tab, codes, person } = scene
    const [code = ''] = codes
    await useCode(tab)
    assert.match((await tab.submit({ code: 'ZZZZ-ZZZZ-ZZZZ-ZZZZ' })).text, /isn’t right/)
    const claims = await claimsOf(scene, await tab.submit({ code: code.toLowerCase() }))
    assert.equal(claims['acr'], acrMultiFactor)
    const mails = await world().app.outbox.recent(50)
    const told = mails.filter(({ to }) => to === person.email).map(({ kind }) => kind)
    assert.ok(told.includes('recovery_code_used'), told.join())
    const second = await begin(scene)
    await useCode(second.tab)
    assert.match((await second.tab.submit({ code })).text, /isn’t right/)
  })

  it('takes a recovery code in one of twenty sessions at once', async () => {
    const scene = await open()
    const tabs = await conversations(scene, 20)
    for (const tab of tabs) await useCode(tab)
    const [code = ''] = scene.codes
    const all = tabs.map((tab) => post(tab, 'confirm-recovery', code))
    assert.equal((await Promise.all(all)).filter(isThrough).length, 1)
    const { tenantId, id } = scene.person.account
    assert.equal(await world().app.recoveryCodes.count(tenantId, id), 9)
  })

  it('takes no recovery code of before once there are new ones', async () => {
    const { tab, mine, home, codes, secret } = await open()
    await confirmWithApp(world(), mine, { home, page: 'recovery-codes', secret })
    await mine.submit({}, 'Make new recovery codes')
    await useCode(tab)
    assert.match((await tab.submit({ code: codes[0] ?? '' })).text, /isn’t right/)
  })

  it('answers no step that is not asked: not before the password, nor for another way', async () => {
    const scene = await open()
    const { secret, codes, rp, person } = scene
    const tab = world().browser().tab()
    await tab.open((await rp.start()).url)
    await tab.submit({ email: person.email })
    for (const [step, code] of [
      ['confirm-app', codeNow(world(), secret)],
      ['confirm-recovery', codes[0] ?? ''],
    ] as const)
      assert.ok(!isThrough(await post(tab, step, code)), step)
    assert.ok(!isThrough(await post(scene.tab, 'confirm-recovery', codes[0] ?? '')))
    const { tenantId, id } = person.account
    assert.equal(await world().app.recoveryCodes.count(tenantId, id), 10)
    assert.ok((await scene.tab.submit({ code: codeNow(world(), secret) })).isElsewhere)
  })

  it('is not asked of somebody who has set up nothing', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    const attempt = await rp.start()
    const tab = world().browser().tab()
    await tab.open(attempt.url)
    const claims = await claimsOf({ attempt }, await proveIdentity(tab, person))
    assert.equal(claims['acr'], acrPassword)
  })
})

describeInWorlds(
  'a second step, asked by another process than before',
  (world) => {
    const { open, wrong } = stage(world)

    async function openTwice() {
      const scene = await open()
      const { app } = await world().sibling()
      const requester = requesterFrom('192.0.2.1')
      const whose = { tenant: world().main, accountId: scene.person.account.id, requester }
      const apps = [world().app, app] as const
      const verify = (at: 0 | 1, code: string) => apps[at].totp.verify({ ...whose, code })
      const recover = (at: 0 | 1, code: string) => apps[at].recoveryCodes.verify({ ...whose, code })
      return { ...scene, verify, recover }
    }

    it('knows which codes were used: a restart gives none back (Q44, Q46)', async () => {
      const { secret, codes, verify, recover } = await openTwice()
      const code = codeNow(world(), secret)
      assert.equal((await verify(0, code)).kind, 'proved')
      assert.equal((await verify(1, code)).kind, 'used')
      const [paper = ''] = codes
      assert.equal((await recover(1, paper)).kind, 'proved')
      assert.equal((await recover(0, paper)).kind, 'refused')
    })

    it('knows how often was tried (Q39)', async () => {
      const scene = await openTwice()
      for (const at of [0, 1, 0, 1, 0] as const)
        assert.equal((await scene.verify(at, wrong(scene))).kind, 'refused')
      const right = codeNow(world(), scene.secret)
      for (const at of [0, 1] as const)
        assert.deepEqual(await scene.verify(at, right), { kind: 'throttled', retryAfter: 300 })
    })
  },
  storeSetups().filter((stores) => stores !== 'embedded'),
)

// one set-up: what counts the tries is tried on every store by their contract
describeInWorlds(
  'guessing the code of an app',
  (world) => {
    const { open, conversations, post, isThrough, wrong } = stage(world)

    const failures = async ({ person }: Scene) => {
      const since = new Date(0)
      const { tenantId, id } = person.account
      const events = await world().app.audit.listOf(tenantId, id, { since, limit: 5000 })
      return events.filter(({ type }) => type === 'login.failed').length
    }

    it('is verified five times, a thousand tries over 200 conversations at once (Q39, AuthQuake)', async () => {
      const scene = await open()
      const tabs = await conversations(scene, 200)
      const code = wrong(scene)
      const before = await failures(scene)
      for (let sent = 0; sent < 1000; sent += 50) {
        const some = tabs.slice(sent % 200, (sent % 200) + 50)
        const all = await Promise.all(some.map((tab) => post(tab, 'confirm-app', code)))
        assert.equal(all.filter(isThrough).length, 0)
      }
      assert.equal((await failures(scene)) - before, 5, 'verified')
      const right = await scene.tab.submit({ code: codeNow(world(), scene.secret) })
      assert.equal(right.status, 429, 'the right one waits as well')
      assert.match(right.text, /Wait 5 minutes/)
      await world().pass(300)
      assert.ok((await scene.tab.submit({ code: codeNow(world(), scene.secret) })).isElsewhere)
    })
  },
  ['embedded'],
)

type Owner = { readonly person: Person; readonly rp: RelyingParty }
type Conversation = { readonly tab: Tab; readonly attempt: Attempt }
type Scene = Owner &
  TwoSteps &
  Conversation & {
    /** My account. */
    readonly home: string
    readonly mine: Tab
  }

/** Sets the scene in a world. */
function stage(world: () => World) {
  /** Somebody with an app and codes, and another browser of theirs after the password. */
  async function open(): Promise<Scene> {
    const person = await world().addAccount()
    const { tab, home } = await openMyAccount(world(), person, 'two-step')
    const steps = await setUpTwoSteps(world(), tab, home)
    const rp = await world().relyingParty('trusted')
    return { person, rp, home, mine: tab, ...steps, ...(await begin({ rp, person })) }
  }

  async function begin({ rp, person }: Owner): Promise<Conversation> {
    const attempt = await rp.start()
    const tab = world().browser().tab()
    await tab.open(attempt.url)
    const page = await proveIdentity(tab, person)
    assert.equal(page.heading, 'Confirm it’s you', page.text)
    return { attempt, tab }
  }

  /** Of one person at once, each in a browser of its own; all wait for a code. */
  async function conversations(scene: Scene, count: number): Promise<readonly Tab[]> {
    const tabs = [scene.tab]
    while (tabs.length < count) tabs.push((await begin(scene)).tab)
    return tabs
  }

  const useCode = (tab: Tab) => tab.submit({}, 'Use a recovery code')

  async function claimsOf({ attempt }: Pick<Scene, 'attempt'>, page: Page) {
    assert.ok(page.isElsewhere, page.text)
    return (await attempt.finish(page.url)).claims() ?? assert.fail('no ID token')
  }

  /** What a form would send, from a conversation that waits for a code. */
  function post(tab: Tab, step: string, code: string): Promise<Response> {
    const address = new URL(`${tab.page.url.pathname}/${step}`, world().issuer)
    const form = { csrf: csrfOf(tab.page), code }
    return postByHand(world(), tab, address.href, { form, headers: { origin: 'null' } })
  }

  /** Each is answered by 303; who gets through is led away from the conversation. */
  function isThrough({ status, headers }: Response): boolean {
    assert.equal(status, 303)
    return !(headers.get('location') ?? '').includes('/interaction/')
  }

  const wrong = ({ secret }: Pick<Scene, 'secret'>) =>
    wrongCode(secret, epochSeconds(world().clock))

  return { open, begin, conversations, post, isThrough, wrong, claimsOf, useCode }
}
