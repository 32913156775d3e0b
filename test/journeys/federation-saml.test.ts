import assert from 'node:assert/strict'
import { inflateRawSync } from 'node:zlib'
import { it } from 'node:test'
import { samlResponse } from '#demo/identity-provider/saml-response.ts'
import type { Tab } from '#test/support/browser.ts'
import { follow } from '#test/support/foreign-sign-in.ts'
import { createSamlTestKey, pemOf } from '#test/support/saml-keys.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const entityId = 'https://idp.example/metadata'
const idp = await createSamlTestKey({ curve: 'P-256' })
let people = 0

// reference/federation.md §2.2, checks 15, 16, 24: the way there and back, with a whole Signet in between.
describeInWorlds('signing in with a SAML identity provider', (world) => {
  async function open(document: object = {}, parameters = {}) {
    people += 1
    const id = `saml-${people}`
    const tenant = await world().addTenant(id)
    const client = await world().addClient('trusted', {}, tenant)
    const rp = await world().relyingParty(client)
    const saved = await world().app.connections.create({
      tenantId: tenant.id,
      document: {
        id,
        type: 'saml',
        entity_id: entityId,
        sso_url: 'https://idp.example/sso',
        certificates: [pemOf(idp)],
        domains: [{ domain: 'acme.test', proved: true }],
        ...document,
      },
      origin: 'seed',
      actor: { kind: 'cli' },
    })
    assert.ok(saved.outcome === 'saved', JSON.stringify(saved))
    const { connection } = saved
    const tab = world().browser().tab()
    const attempt = await rp.start(parameters)
    await tab.open(attempt.url)
    const base = `${tenant.issuer}/federation/${id}`
    return {
      tenant,
      connection,
      tab,
      attempt,
      base,
      to: { entityId: `${base}/metadata`, acs: `${base}/acs` },
    }
  }

  type Scene = Awaited<ReturnType<typeof open>>

  async function leave({ tab, connection }: Scene) {
    const { url, isElsewhere, text } = await follow(tab, connection)
    assert.ok(isElsewhere, text)
    const request = Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64')
    const xml = inflateRawSync(request).toString()
    const relayState = url.searchParams.get('RelayState') ?? ''
    return { xml, relayState, id: /\bID="([^"]+)"/.exec(xml)?.[1] ?? assert.fail(xml) }
  }

  type Left = Awaited<ReturnType<typeof leave>>

  const answer = ({ to }: Scene, inResponseTo: string, secondsAgo = 0) => {
    const person = {
      id: `p${people}`,
      name: 'Ada',
      given_name: 'A',
      family_name: 'L',
      email: `p${people}@acme.test`,
    }
    const now = world().clock.now() - secondsAgo * 1000
    return samlResponse({ entityId, to, inResponseTo, person, key: idp.privateKey, now })
  }

  /** The POST from the other side, without cookies: where our own GET is. */
  async function post({ to }: Scene, SAMLResponse: string, RelayState: string): Promise<URL> {
    const response = await world().transport.fetch(to.acs, {
      method: 'POST',
      body: new URLSearchParams({ SAMLResponse, RelayState }),
      headers: { 'sec-fetch-site': 'cross-site', origin: 'https://idp.example' },
    })
    assert.equal(response.status, 303)
    return new URL(response.headers.get('location') ?? '', to.acs)
  }

  const back = async (scene: Scene, left: Left, tab: Tab = scene.tab) =>
    tab.open(await post(scene, answer(scene, left.id), left.relayState))

  it('is a sign-in', async () => {
    const scene = await open()
    const page = await back(scene, await leave(scene))
    assert.ok((await scene.attempt.finish(page.url)).claims()?.sub, page.text)
  })

  it('is nobody’s in another browser, which gets none of it (login CSRF)', async () => {
    const scene = await open()
    const left = await leave(scene)
    const stranger = await back(scene, left, world().browser().tab())
    assert.deepEqual([stranger.status, stranger.heading], [400, 'This sign-in can’t go on'])
    const own = await back(scene, await leave({ ...scene, tab: await again(scene) }))
    assert.ok(own.isElsewhere, own.text)
  })

  async function again({ tab, attempt }: Scene): Promise<Tab> {
    await tab.open(attempt.url)
    return tab
  }

  it('is over when its handle was used, and when its assertion was (check 16)', async () => {
    const scene = await open()
    const left = await leave(scene)
    const message = answer(scene, left.id)
    const handle = await post(scene, message, left.relayState)
    const second = await post(scene, message, left.relayState)
    assert.ok((await scene.tab.open(handle)).isElsewhere)
    for (const late of [handle, second])
      assert.equal((await world().browser().tab().open(late)).status, 400)
  })

  it('is asked for anew where the other side’s sign-in was too long ago (OIDC Core §3.1.2.1)', async () => {
    const scene = await open({}, { max_age: '100' })
    const left = await leave(scene)
    assert.doesNotMatch(left.xml, /ForceAuthn="true"/)
    const old = await scene.tab.open(
      await post(scene, answer(scene, left.id, 300), left.relayState),
    )
    assert.equal(old.heading, 'You’re not signed in yet')
    const anew = await leave(scene)
    assert.match(anew.xml, /ForceAuthn="true"/)
    const page = await back(scene, anew)
    assert.ok((await scene.attempt.finish(page.url)).claims()?.sub, page.text)
  })

  it('answers the request of this browser alone, whatever RelayState says (check 15)', async () => {
    const scene = await open()
    const [first, second] = [await leave(scene), await leave({ ...scene, tab: await again(scene) })]
    const crossed = await scene.tab.open(
      await post(scene, answer(scene, first.id), second.relayState),
    )
    assert.equal(crossed.heading, 'You’re not signed in yet')
    const stolen = await post(scene, answer(scene, second.id), first.relayState)
    assert.equal((await scene.tab.open(stolen)).heading, 'You’re not signed in yet')
  })
})
