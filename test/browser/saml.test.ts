import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import type { Page } from 'playwright-core'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import { samlSelf } from '#federation/saml/saml.ts'
import { describeInChromium, enter, fill, press } from '#test/support/real-browser.ts'
import {
  hasSimpleSaml,
  persistent,
  simpleSamlPerson,
  startSimpleSaml,
  type SimpleSaml,
} from '#test/support/simplesamlphp.ts'

const id = brandId<ConnectionId>('acme-saml')

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
      const { entityId, acs } = samlSelf(scene().world.acme, id)
      const metadata = await (await fetch(entityId)).text()
      const certData = /<[^>]*X509Certificate>([^<]+)</.exec(metadata)?.[1]
      assert.ok(certData, metadata)
      peer.trust({ [entityId]: { AssertionConsumerService: acs, certData, ...options } })
    }

    async function signInThere(peer: SimpleSaml): Promise<void> {
      const { world, application, withPage } = scene()
      const redirect_uris = [`${application.origin}/callback`]
      const client = await world.addClient('web', { redirect_uris }, world.acme)
      const rp = await world.relyingParty(client)
      const attempt = await rp.start()
      const use = async (page: Page) => {
        await page.goto(attempt.url.href)
        await press(page, 'link', /Acme works/)
        await fill(page, 'username', simpleSamlPerson.username)
        await enter(page, 'password', simpleSamlPerson.password)
        await press(page, 'button', 'Allow')
      }
      await withPage(use, { also: [new URL(peer.url).host], heeding: /Content Security Policy/ })
      const query = String(application.received.at(-1))
      const tokens = await attempt.finish(new URL(`${application.origin}/callback?${query}`))
      assert.equal(tokens.claims()?.['name'], 'Ada Lovelace')
    }
  },
  { settings: { OUTBOUND_ALLOW: '127.0.0.1/32' } },
)
