import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import type { Page } from 'playwright-core'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import { samlSelf } from '#federation/saml/saml.ts'
import {
  describeInChromium,
  enter,
  fill,
  press,
  withAndWithoutScript,
} from '#test/support/real-browser.ts'
import {
  hasSimpleSaml,
  persistent,
  simpleSamlPerson,
  startSimpleSaml,
  type SimpleSaml,
} from '#test/support/simplesamlphp.ts'

const id = brandId<ConnectionId>('acme-saml')

type SigningIn = {
  readonly javaScriptEnabled?: boolean
  readonly forward?: (page: Page) => Promise<void>
  readonly afterwards?: (page: Page) => Promise<void>
}

const signedLogout = { 'sign.logout': true, 'validate.logout': true }

/** Another site in earnest: its POST brings no cookie along, and its pages are another program's (SimpleSAMLphp). */
describeInChromium(
  'signing in with a SAML identity provider, in a real browser',
  (scene) => {
    let idp: SimpleSaml | undefined
    let toldAt = 0
    before(async () => {
      toldAt = performance.now() // the world was opened a moment ago
      idp = await startSimpleSaml()
      if (idp) await connect(idp)
    })
    after(() => idp?.[Symbol.asyncDispose]())

    const skip = !hasSimpleSaml() && 'no SimpleSAMLphp'
    const signedWhole = { 'saml20.sign.response': true, 'saml20.sign.assertion': false }

    // the first makes the account, the others find it
    const kinds: readonly (readonly [string, object])[] = [
      ['a signed assertion', {}],
      ['a signed response', signedWhole],
      [
        'an encrypted assertion in a signed response',
        { ...signedWhole, 'assertion.encryption': true },
      ],
      ['a request whose signature they check', { 'validate.authnrequest': true }],
    ]
    for (const [what, options] of kinds)
      it(`works with ${what}`, { skip }, async () => {
        assert.ok(idp)
        await catchUp()
        await introduce(idp, options)
        await signInThere(idp)
      })

    for (const { how, javaScriptEnabled } of withAndWithoutScript)
      it(`works by a form that our page posts, ${how} (SAML Bindings §3.5)`, { skip }, async () => {
        assert.ok(idp)
        await catchUp()
        await introduce(idp, { 'validate.authnrequest': true })
        idp.takeRequestsBy('post')
        await readTheirsAnew()
        const forward = async (page: Page) => {
          if (!javaScriptEnabled) await press(page, 'button', /Continue to Acme works/)
        }
        await signInThere(idp, { javaScriptEnabled, forward })
        idp.takeRequestsBy('redirect')
        await readTheirsAnew()
      })

    it('ends there as well for who signs out here', { skip }, async () => {
      assert.ok(idp)
      await catchUp()
      await introduce(idp, signedLogout)
      const { ssoUrl } = idp
      await signInThere(idp, {
        async afterwards(page) {
          await page.goto(`${scene().world.acme.issuer}/logout`)
          await press(page, 'button', /^Sign out/)
          await page.getByRole('heading', { name: 'You’re signed out', exact: true }).waitFor()
          assert.ok(page.url().startsWith(scene().world.acme.issuer), page.url())
          const { entityId } = samlSelf(scene().world.acme, id)
          await page.goto(ssoUrl(entityId))
          await page.locator('input[name=username]').waitFor() // they ask who this is
        },
      })
    })

    it('ends here for who signs out there', { skip }, async () => {
      assert.ok(idp)
      await catchUp()
      await introduce(idp, signedLogout)
      const { sloUrl, leftUrl } = idp
      await signInThere(idp, {
        async afterwards(page) {
          await page.goto(sloUrl)
          await page.waitForURL(leftUrl)
          await startAt(page)
          assert.ok(page.url().startsWith(`${scene().world.acme.issuer}/interaction/`), page.url())
        },
      })
      const events = await scene().world.app.audit.list(scene().world.acme.id, { limit: 50 })
      const [ended] = events.filter(({ type }) => type === 'federation.logged_out')
      assert.deepEqual([ended?.outcome, ended?.detail?.['sessions']], ['success', 1])
    })

    async function startAt(page: Page): Promise<void> {
      const rp = await scene().world.relyingParty(await newClient())
      await page.goto((await rp.start()).url.href)
    }

    async function readTheirsAnew(): Promise<void> {
      const { app, acme } = scene().world
      const connection = (await app.connections.list(acme.id)).find((one) => one.id === id)
      assert.ok(connection)
      await app.connectionHealth(connection, { refresh: true })
    }

    /** Their clock is the real one, and runs on; ours stands still until it is told. */
    async function catchUp(): Promise<void> {
      const seconds = Math.floor((performance.now() - toldAt) / 1000)
      toldAt += seconds * 1000
      await scene().world.pass(seconds)
    }

    /** We learn of them by their metadata. */
    async function connect({ metadataUrl }: SimpleSaml): Promise<void> {
      const { app, acme } = scene().world
      const saved = await app.connections.create({
        tenantId: acme.id,
        document: {
          id,
          type: 'saml',
          name: 'Acme works',
          status: 'active',
          metadata_url: metadataUrl,
          single_logout: true,
          just_in_time: 'on',
          name_id_format: persistent,
          domains: [{ domain: 'acme.test', proved: true }],
        },
        origin: 'seed',
        actor: { kind: 'cli' },
      })
      assert.equal(saved.outcome, 'saved', JSON.stringify(saved))
    }

    /** They learn of us by ours. */
    async function introduce(peer: SimpleSaml, options: object): Promise<void> {
      const { entityId, acs, slo } = samlSelf(scene().world.acme, id)
      const metadata = await (await fetch(entityId)).text()
      const certData = /<[^>]*X509Certificate>([^<]+)</.exec(metadata)?.[1]
      assert.ok(certData, metadata)
      const endpoints = { AssertionConsumerService: acs, SingleLogoutService: slo }
      peer.trust({ [entityId]: { ...endpoints, certData, ...options } })
    }

    async function newClient() {
      const { world, application } = scene()
      const redirect_uris = [`${application.origin}/callback`]
      return world.addClient('web', { redirect_uris }, world.acme)
    }

    async function signInThere(peer: SimpleSaml, options: SigningIn = {}): Promise<void> {
      const { world, application, withPage } = scene()
      const { forward, afterwards, javaScriptEnabled = true } = options
      const rp = await world.relyingParty(await newClient())
      const attempt = await rp.start()
      const use = async (page: Page) => {
        await page.goto(attempt.url.href)
        await press(page, 'link', /Acme works/)
        await forward?.(page)
        await fill(page, 'username', simpleSamlPerson.username)
        await enter(page, 'password', simpleSamlPerson.password)
        if (!javaScriptEnabled) await press(page, 'button', 'Submit')
        await press(page, 'button', 'Allow')
        const query = String(application.received.at(-1))
        const tokens = await attempt.finish(new URL(`${application.origin}/callback?${query}`))
        assert.equal(tokens.claims()?.['name'], 'Ada Lovelace')
        await afterwards?.(page)
      }
      const also = [new URL(peer.url).host]
      await withPage(use, { also, heeding: /Content Security Policy/, javaScriptEnabled })
    }
  },
  { settings: { OUTBOUND_ALLOW: '127.0.0.1/32' } },
)
