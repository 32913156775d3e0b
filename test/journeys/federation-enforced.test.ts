import assert from 'node:assert/strict'
import { it } from 'node:test'
import { acrPhishingResistant } from '#client/client.ts'
import { apiOf, refusalOf } from '#test/support/api.ts'
import type { Tab } from '#test/support/browser.ts'
import { connect, signInThere } from '#test/support/foreign-sign-in.ts'
import { startLyingProvider } from '#test/support/lying-provider.ts'
import { mailsTo } from '#test/support/mail.ts'
import { givePasskey, usePasskey } from '#test/support/passkey-sign-in.ts'
import { signInTo } from '#test/support/person.ts'
import { errorOf } from '#test/support/relying-party.ts'
import { password } from '#test/support/world.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const actor = { kind: 'cli' } as const
const nowhere = { issuer: 'https://id.example.test', clientId: 'signet', clientSecret: 'secret' }
let tenants = 0

describeInWorlds(
  'a domain whose people sign in elsewhere only (reference/federation.md §3.7)',
  (world) => {
    /** A tenant with one person; `enforce` says that its domain is not this tenant’s to ask any more. */
    async function open(settings: object = {}) {
      tenants += 1
      const made = await world().addTenant(`sso-${tenants}`)
      const all = {
        ...made.settings,
        registration: 'open',
        email_code: 'offered',
        ...settings,
      } as const
      await world().app.tenants.update({ ...made, settings: all })
      const tenant = (await world().app.tenants.findById(made.id)) ?? assert.fail('no tenant')
      const person = await world().addAccount(undefined, tenant)
      const client = await world().addClient('trusted', { api_login: true }, tenant)
      const rp = await world().relyingParty(client)
      const enforce = () =>
        connect(
          world(),
          nowhere,
          { domains: [{ domain: 'example.test', proved: true, enforced: true }] },
          tenant,
        )
      return { tenant, person, client, rp, enforce }
    }

    type Scene = Awaited<ReturnType<typeof open>>

    const mails = async ({ tenant }: Scene) =>
      (await world().mail.received()).filter(({ tenantId }) => tenantId === tenant.id).length

    async function begin(
      { rp }: Pick<Scene, 'rp'>,
      parameters = {},
      tab = world().browser().tab(),
    ) {
      const attempt = await rp.start(parameters)
      await tab.open(attempt.url)
      return { tab, attempt }
    }

    /** What a form would send, whatever the page shows. */
    async function post(tab: Tab, step: string, fields: Readonly<Record<string, string>>) {
      const [base = ''] = /^.*\/interaction\/[^/]+/.exec(tab.page.url.pathname) ?? []
      const url = new URL(`${base}/${step}`, world().issuer)
      const csrf = tab.page.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? ''
      return world().transport.fetch(url, {
        method: 'POST',
        body: new URLSearchParams({ csrf, ...fields }),
        headers: { cookie: tab.cookieHeader(url), 'sec-fetch-site': 'same-origin', origin: 'null' },
      })
    }

    const isHandOff = (tab: Tab) =>
      tab.page.heading.startsWith('Continue to Peer') && !/Sign in another way/.test(tab.page.text)

    it('shows the way there to every address of it, whether an account has it or not (Q73)', async () => {
      const scene = await open()
      await scene.enforce()
      for (const email of [scene.person.email, 'nobody@example.test', 'NOBODY@EXAMPLE.TEST']) {
        const { tab } = await begin(scene)
        await tab.submit({ email })
        assert.ok(isHandOff(tab), tab.page.text)
      }
      const { tab } = await begin(scene)
      await tab.submit({ email: 'ada@other.test' })
      assert.match(tab.page.text, /Password/)
    })

    it('takes no password, no code and no choice of another way, whatever is posted', async () => {
      const scene = await open()
      await scene.enforce()
      const { tab } = await begin(scene)
      await tab.submit({ email: scene.person.email })
      const before = await mails(scene)
      for (const [step, fields] of [
        ['sign-in-here', {}],
        ['password', { password }],
        ['use-code', {}],
        ['send-code', {}],
        ['email-code', { code: '123456' }],
        ['link-first', {}],
      ] as const) {
        const { status } = await post(tab, step, fields)
        assert.ok(status === 303, `${step}: ${status}`)
        assert.ok(isHandOff(await refreshed(tab)), step)
      }
      assert.equal(await mails(scene), before)
    })

    async function refreshed(tab: Tab): Promise<Tab> {
      await tab.reload()
      return tab
    }

    it('takes no passkey but an owner’s, which is told of (break glass)', async () => {
      const scene = await open()
      const key = await givePasskey(world(), scene.person)
      await scene.enforce()
      const refused = await begin(scene)
      await usePasskey(world(), refused.tab, key)
      assert.ok(isHandOff(refused.tab), refused.tab.page.text)

      const bystander = await world().addAccount(undefined, scene.tenant)
      const administrator = await world().addAccount(undefined, scene.tenant)
      await setRoles(administrator, ['admin'])
      await setRoles(scene.person, ['owner'])
      const { tab, attempt } = await begin(scene)
      const page = await usePasskey(world(), tab, key)
      assert.ok(page.isElsewhere, page.text)
      assert.equal((await attempt.finish(page.url)).claims()?.['acr'], acrPhishingResistant)
      const events = await world().app.audit.list(scene.tenant.id, { limit: 20 })
      assert.ok(events.some(({ type }) => type === 'federation.glass_broken'))
      const told = await mailsTo(world(), administrator.email)
      assert.match(told[0]?.subject ?? '', new RegExp(`${scene.person.email} signed in without`))
      assert.equal((await mailsTo(world(), bystander.email)).length, 0)
      // and the session is one
      const again = await begin(scene, { prompt: 'none' }, tab)
      assert.ok(again.tab.page.url.searchParams.has('code'))
    })

    async function setRoles({ account }: Person, roles: readonly string[]): Promise<void> {
      await world().app.accounts.update({ ...account, roles }, actor)
      await world().pass(2)
    }

    it('takes no owner’s password', async () => {
      const scene = await open()
      await scene.enforce()
      await setRoles(scene.person, ['owner'])
      const { tab } = await begin(scene)
      await tab.submit({ email: scene.person.email })
      assert.ok(isHandOff(tab), tab.page.text)
    })

    it('ends what was signed in before: sessions, refresh tokens, codes under way', async () => {
      const scene = await open()
      const parameters = { scope: 'openid offline_access', prompt: 'consent' }
      const { tab, tokens } = await signInTo(scene.rp, scene.person, { world: world(), parameters })
      const late = await scene.rp.start()
      const code = (await tab.open(late.url)).url
      await scene.enforce()
      await world().pass(2)
      assert.equal((await errorOf(late.finish(code))).error, 'invalid_grant')
      const refresh = tokens.refresh_token ?? assert.fail('no refresh token')
      assert.equal((await errorOf(scene.rp.refresh(refresh))).error, 'invalid_grant')
      const quiet = await begin(scene, { prompt: 'none' }, tab)
      assert.equal(quiet.tab.page.url.searchParams.get('error'), 'login_required')
      const loud = await begin(scene, {}, tab)
      assert.ok(isHandOff(loud.tab), loud.tab.page.text)
    })

    it('ends the sessions of before for good, a broken glass aside, and tells the applications', async () => {
      const scene = await open()
      const { tenant, person } = scene
      await world().app.endEnforced() // what other tests left
      const listener = 'http://127.0.0.1:9/backchannel'
      const metadata = { backchannel_logout_uri: listener }
      const rp = await world().relyingParty(await world().addClient('web', metadata, tenant))
      const parameters = { scope: 'openid offline_access', prompt: 'consent' }
      const { tokens } = await signInTo(rp, person, { world: world(), parameters })
      const owner = await world().addAccount(undefined, tenant)
      await setRoles(owner, ['owner'])
      const key = await givePasskey(world(), owner)
      const glass = await begin(scene)
      await usePasskey(world(), glass.tab, key)
      const elsewhere = await world().addAccount()
      await signInTo(await world().relyingParty('web'), elsewhere, { world: world() })
      assert.equal(await world().app.endEnforced(), 0, 'before it is enforced')

      const connection = await scene.enforce()
      await world().pass(2)
      assert.equal(await world().app.endEnforced(), 1)
      assert.equal(await world().app.endEnforced(), 0)
      const sessionsOf = ({ account }: Person) => world().app.sessions.list(account)
      const counts = [person, owner, elsewhere].map(async (one) => (await sessionsOf(one)).length)
      assert.deepEqual(await Promise.all(counts), [0, 1, 1])
      const events = await world().app.audit.list(tenant.id, { limit: 20 })
      assert.partialDeepStrictEqual(
        events.find(({ type }) => type === 'session.ended'),
        { accountId: person.account.id, actor: { kind: 'system' } },
      )
      const told = await world().app.logoutOutbox.claimDue({ limit: 10, lease: 1 })
      assert.ok(told.some(({ accountId }) => accountId === person.account.id))

      const { tenantId, id } = connection
      const write = { kind: 'changes', changes: { status: 'disabled' } } as const
      await world().app.connections.update({ tenantId, id, origin: 'seed', actor, write })
      await world().pass(2)
      const refresh = tokens.refresh_token ?? assert.fail('no refresh token')
      assert.equal(
        (await errorOf(rp.refresh(refresh))).error,
        'invalid_grant',
        'nothing comes back',
      )
    })

    it('is for that connection alone: who came through another one is sent to it, at once', async () => {
      await using provider = await startLyingProvider()
      const scene = await open()
      const { tenant } = scene
      const sub = `enforced-${tenants}`
      const be = { sub, email: `${sub}@example.test` }
      provider.lie({ claims: (claims) => Object.assign(claims, be) })
      const other = await connect(world(), provider, {}, tenant)
      const { tab, attempt } = await begin(scene)
      const back = await signInThere(tab, provider, other)
      assert.ok((await attempt.finish(back.url)).claims()?.sub)
      const before = await begin(scene, { prompt: 'none' }, tab)
      assert.ok(before.tab.page.url.searchParams.has('code'))
      await scene.enforce()
      await world().pass(2)
      const after = await begin(scene, { prompt: 'none' }, tab)
      assert.equal(after.tab.page.url.searchParams.get('error'), 'login_required')
      const anew = await begin(scene, { idp_hint: other.id })
      const page = await signInThere(anew.tab, provider, other)
      assert.match(page.heading, /^Continue to Peer/)
      assert.doesNotMatch(page.heading, new RegExp(`${other.name}$`))
    })

    it('has nobody register, nor set a lost password anew', async () => {
      const scene = await open()
      await scene.enforce()
      const { tab } = await begin(scene)
      await tab.submit({}, /Create an account/)
      await tab.submit({ email: 'new@example.test', name: 'New' })
      assert.ok(isHandOff(tab), tab.page.text)
      await tab.open(`${scene.tenant.issuer}/recover`)
      const before = await mails(scene)
      await tab.submit({ email: scene.person.email })
      assert.match(tab.page.alert ?? '', /sign in at Peer \d+ only/)
      assert.equal(await mails(scene), before)
    })

    it('holds for the JSON API, before anything is looked at or mailed', async () => {
      const scene = await open()
      const key = await givePasskey(world(), scene.person)
      const { id } = await scene.enforce()
      const api = apiOf(world(), scene.client)
      const { email } = scene.person
      const answers = [
        await api.logIn(scene.person),
        await api.logIn({ email, password: 'a wrong one, and as long' }),
        await api.asClient('/auth/magic-link', { email }),
        await api.asClient('/auth/forgot-password', { email }),
        await api.asClient('/auth/register', {
          email: 'new@example.test',
          name: 'N',
          agreed: true,
        }),
      ]
      for (const answer of answers) {
        assert.equal(refusalOf(answer), '403 api.sso_required', answer.body)
        assert.match(answer.body, new RegExp(`"authorize":"/api/v1/auth/sso/${id}/authorize"`))
      }
      const { json } = await api.asClient('/passkeys/sign-in/options', {})
      const credential = JSON.parse(key.get(json['options'] as object)) as object
      const handle = json['handle']
      const byPasskey = await api.asClient('/passkeys/sign-in/verify', { handle, credential })
      assert.equal(refusalOf(byPasskey), '403 api.sso_required', byPasskey.body)
    })

    it('lets people in again who may choose, once nobody enforces it', async () => {
      const scene = await open()
      const { id } = await scene.enforce()
      const changes = { domains: [{ domain: 'example.test', proved: true, enforced: false }] }
      const write = { kind: 'changes', changes } as const
      const { id: tenantId } = scene.tenant
      await world().app.connections.update({ tenantId, id, origin: 'seed', actor, write })
      const { tab, attempt } = await begin(scene)
      await tab.submit({ email: scene.person.email })
      assert.match(tab.page.heading, /^Continue to Peer/)
      await tab.submit({}, 'Sign in another way')
      const page = await tab.submit({ password })
      assert.ok(page.isElsewhere, page.text)
      assert.equal((await attempt.finish(page.url)).claims()?.sub, scene.person.account.id)
    })
  },
)
