import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tab } from '#test/support/browser.ts'
import { approveDevice, pollDevice, postAs, startDevice } from '#test/support/device.ts'
import type { DeviceStart } from '#test/support/device.ts'
import { isConsent, proveIdentity, signIn, signInTo } from '#test/support/person.ts'
import { errorOf } from '#test/support/relying-party.ts'
import type { Attempt, RelyingParty, TestClient, Tokens } from '#test/support/relying-party.ts'
import { opaqueApi } from '#test/support/world-clients.ts'
import { password } from '#test/support/world.ts'
import type { Person, World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import type { ClientId } from '#kit/ids.ts'
import { brandId } from '#kit/ids.ts'
import type { Tenant } from '#tenant/tenant.ts'

const actor = { kind: 'cli' } as const
const device = 'urn:ietf:params:oauth:grant-type:device_code'

/** One person and one client with something of every kind in progress, each in a browser of its own. */
type Stage = {
  readonly tenant: Tenant
  readonly person: Person
  readonly client: TestClient
  readonly rp: RelyingParty
  readonly reader: RelyingParty
  readonly signedIn: Tab
  readonly lasting: Tokens
  readonly bound: Tokens
  readonly forApi: Tokens
  readonly code: { readonly attempt: Attempt; readonly back: URL }
  readonly atPassword: Tab
  readonly atConsent: Tab
  readonly device: DeviceStart
  readonly pushed: string
}

async function prepare(world: World, tenant: Tenant): Promise<Stage> {
  const person = await world.addAccount(undefined, tenant)
  const client = await world.addClient(
    'trusted',
    { grant_types: ['authorization_code', 'refresh_token', 'client_credentials', device] },
    tenant,
  )
  const rp = await world.relyingParty(client)
  const to = (options: { parameters?: Record<string, string>; redeem?: Record<string, string> }) =>
    signInTo(rp, person, { world, ...options })

  const { tab: signedIn, tokens: bound } = await to({})
  const { tokens: lasting } = await to({
    parameters: { scope: 'openid offline_access', prompt: 'consent' },
  })
  const { tokens: forApi } = await to({
    parameters: { scope: 'openid read', resource: opaqueApi },
    redeem: { resource: opaqueApi },
  })
  const attempt = await rp.start()
  const { url: back } = await signIn(world.browser().tab(), attempt.url, person)

  const atPassword = world.browser().tab()
  await atPassword.open((await rp.start()).url)
  await atPassword.submit({ email: person.email })
  const atConsent = world.browser().tab()
  await atConsent.open((await rp.start({ prompt: 'consent' })).url)
  assert.ok(isConsent(await proveIdentity(atConsent, person)))

  const started = await startDevice(world, client)
  await approveDevice(world.browser().tab(), started, person)
  const readerClient =
    tenant.id === world.main.id
      ? world.client('reader')
      : await world.addClient('reader', { client_id: 'reader' }, tenant)

  return {
    tenant,
    person,
    client,
    rp,
    reader: await world.relyingParty(readerClient),
    signedIn,
    lasting,
    bound,
    forApi,
    code: { attempt, back },
    atPassword,
    atConsent,
    device: started,
    pushed: await push(world, client),
  }
}

async function push(world: World, client: TestClient): Promise<string> {
  const { body } = await postAs(world, client, {
    path: '/par',
    form: {
      response_type: 'code',
      scope: 'openid',
      redirect_uri: client.redirectUri,
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    },
  })
  return String(body['request_uri'])
}

const refreshOf = ({ rp }: Stage, tokens: Tokens) => rp.refresh(String(tokens.refresh_token))

describeInWorlds('what is disabled is refused on every path (Q18):', (world) => {
  let stage: Stage

  const setAccount = (status: 'active' | 'disabled') =>
    world().app.accounts.setStatus(stage.tenant.id, stage.person.account.id, status, actor)

  /** The process ends after the status is written and before anything else is. */
  async function disableRowOnly(table: 'accounts' | 'clients', where: object): Promise<void> {
    const { knex } = world().app.database
    assert.equal(await knex(table).where(where).update({ status: 'disabled' }), 1)
    await world().pass(2) // what is kept in memory is a second old at most
  }

  function refusesTheAccount(disable: () => Promise<unknown>): void {
    before(async () => {
      stage = await prepare(world(), world().main)
      assert.equal((await stage.reader.introspect(stage.forApi.access_token)).active, true)
      await disable()
    })

    it('is not signed in any more (F7)', async () => {
      const silent = await stage.signedIn.open((await stage.rp.start({ prompt: 'none' })).url)
      assert.equal(silent.url.searchParams.get('error'), 'login_required')
      const page = await stage.signedIn.open((await stage.rp.start()).url)
      assert.equal(page.status, 200)
      assert.equal(page.isElsewhere, false)
    })
    it('does not sign in, and is told what a wrong password is told (Q73)', async () => {
      const page = await stage.atPassword.submit({ password })
      assert.match(String(page.alert), /don.t match/)
    })
    it('does not get past a consent page that is open', async () => {
      const page = await stage.atConsent.submit({}, 'Allow')
      assert.equal(page.url.searchParams.has('code'), false)
      assert.ok(page.status < 500, String(page.status))
    })
    it('gets nothing for a code', async () => {
      const { attempt, back } = stage.code
      assert.equal((await errorOf(attempt.finish(back))).error, 'invalid_grant')
    })
    it('gets nothing for a refresh token', async () => {
      assert.equal((await errorOf(refreshOf(stage, stage.bound))).error, 'invalid_grant')
      assert.equal((await errorOf(refreshOf(stage, stage.lasting))).error, 'invalid_grant')
    })
    it('is unknown at userinfo', async () => {
      assert.equal((await errorOf(stage.rp.userinfo(stage.lasting))).status, 401)
    })
    it('has no active token', async () => {
      assert.equal((await stage.reader.introspect(stage.forApi.access_token)).active, false)
      assert.equal((await stage.rp.introspect(stage.lasting.access_token)).active, false)
    })
    it('connects no device', async () => {
      const { status, body } = await pollDevice(world(), stage.client, stage.device.device_code)
      assert.equal(status, 400, JSON.stringify(body))
    })
  }

  describe('an account', () => {
    refusesTheAccount(() => setAccount('disabled'))

    it('finds nothing of it alive when it is enabled again', async () => {
      await setAccount('active')
      assert.equal((await errorOf(refreshOf(stage, stage.lasting))).error, 'invalid_grant')
      assert.equal((await errorOf(stage.rp.userinfo(stage.bound))).status, 401)
      const silent = await stage.signedIn.open((await stage.rp.start({ prompt: 'none' })).url)
      assert.equal(silent.url.searchParams.get('error'), 'login_required')
      await world().pass(1) // the very second of the end counts as before it
      const { tokens } = await signInTo(stage.rp, stage.person, { world: world() })
      assert.ok(tokens.access_token, 'but the person may come back')
    })
  })

  describe('an account of which nothing was ended yet', () => {
    refusesTheAccount(() => disableRowOnly('accounts', { id: stage.person.account.id }))
  })

  const setClient = (status: 'active' | 'disabled') =>
    world().app.clients.setStatus(stage.tenant.id, brandId<ClientId>(stage.client.clientId), status)

  function refusesTheClient(disable: () => Promise<unknown>): void {
    before(async () => {
      stage = await prepare(world(), world().main)
      await disable()
    })

    it('sends nobody here', async () => {
      const page = await stage.signedIn.open((await stage.rp.start()).url)
      assert.equal(page.isElsewhere, false)
      assert.equal(page.status, 400)
      const pushed = new URLSearchParams({
        client_id: stage.client.clientId,
        request_uri: stage.pushed,
      })
      const other = await stage.signedIn.open(`${world().issuer}/authorize?${pushed.toString()}`)
      assert.equal(other.isElsewhere, false)
      assert.equal(other.status, 400)
    })
    it('gets nobody who was on the way', async () => {
      for (const tab of [stage.atPassword, stage.atConsent]) {
        const page = await tab.reload()
        assert.equal(page.isElsewhere, false)
        assert.equal(page.status, 400)
      }
    })
    it('gets no token, whatever it brings', async () => {
      const { attempt, back } = stage.code
      const tries = [
        attempt.finish(back),
        refreshOf(stage, stage.bound),
        refreshOf(stage, stage.lasting),
        stage.rp.machineToken({ scope: 'read', resource: opaqueApi }),
      ]
      for (const one of tries) {
        const { status, error } = await errorOf(one)
        assert.deepEqual([status, error], [401, 'invalid_client'])
      }
      const poll = await pollDevice(world(), stage.client, stage.device.device_code)
      assert.equal(poll.body['error'], 'invalid_client')
    })
    it('has no token that works', async () => {
      assert.equal((await errorOf(stage.rp.userinfo(stage.lasting))).status, 401)
      assert.equal((await stage.reader.introspect(stage.forApi.access_token)).active, false)
    })
    it('may not ask, push or revoke', async () => {
      assert.equal((await errorOf(stage.rp.introspect('x'))).error, 'invalid_client')
      assert.equal((await errorOf(stage.rp.revoke('x'))).error, 'invalid_client')
      const par = await postAs(world(), stage.client, { path: '/par', form: {} })
      assert.equal(par.body['error'], 'invalid_client')
      const start = await postAs(world(), stage.client, {
        path: '/device_authorization',
        form: { scope: 'openid' },
      })
      assert.equal(start.body['error'], 'invalid_client')
    })
  }

  describe('a client', () => {
    refusesTheClient(() => setClient('disabled'))

    it('finds nothing of it alive when it is enabled again', async () => {
      await setClient('active')
      assert.equal((await errorOf(refreshOf(stage, stage.lasting))).error, 'invalid_grant')
      assert.equal((await stage.reader.introspect(stage.forApi.access_token)).active, false)
      const poll = await pollDevice(world(), stage.client, stage.device.device_code)
      assert.equal(poll.body['error'], 'invalid_grant')
      const { tokens } = await signInTo(stage.rp, stage.person, { world: world() })
      assert.ok(tokens.access_token)
    })
  })

  describe('a client of which nothing was ended yet', () => {
    refusesTheClient(() => disableRowOnly('clients', { client_id: stage.client.clientId }))
  })

  describe('a tenant', () => {
    before(async () => {
      stage = await prepare(world(), await world().addTenant('closing'))
      await world().app.tenants.update({ ...stage.tenant, status: 'disabled' })
    })

    it('is not there: no endpoint, no page, no document', async () => {
      const gone = [
        '/.well-known/openid-configuration',
        '/jwks',
        '/authorize?client_id=x',
        '/userinfo',
        '/logout',
        '/device',
        stage.atPassword.page.url.pathname.replace('/t/closing', ''),
      ]
      for (const path of gone) {
        const response = await world().transport.fetch(`${stage.tenant.issuer}${path}`, {
          headers: { authorization: `Bearer ${stage.lasting.access_token}` },
        })
        assert.equal(response.status, 404, path)
      }
      for (const path of ['/token', '/introspect', '/revoke', '/par', '/device_authorization']) {
        const { status } = await postAs(world(), stage.client, {
          path,
          form: {
            grant_type: 'refresh_token',
            refresh_token: String(stage.lasting.refresh_token),
          },
        })
        assert.equal(status, 404, path)
      }
    })
    it('lets nobody in who was on the way', async () => {
      assert.equal((await stage.atPassword.submit({ password })).status, 404)
      assert.equal((await stage.atConsent.submit({}, 'Allow')).status, 404)
      const page = await stage.signedIn.open((await stage.rp.start()).url)
      assert.equal(page.status, 404)
    })
    it('takes no other tenant with it', async () => {
      const { ada } = world().people
      const rp = await world().relyingParty('trusted')
      assert.ok((await signInTo(rp, ada, { world: world() })).tokens.access_token)
    })
  })
})
