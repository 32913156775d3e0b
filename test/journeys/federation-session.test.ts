import assert from 'node:assert/strict'
import { it } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import type { Connection } from '#federation/federation.ts'
import type { Tab } from '#test/support/browser.ts'
import { follow } from '#test/support/foreign-sign-in.ts'
import { pemOf } from '#test/support/saml-keys.ts'
import {
  assertion,
  attribute,
  audience,
  authnStatement,
  conditions,
  confirmation,
  idp,
  response,
  situation,
} from '#test/support/saml-messages.ts'
import { sign } from '#test/support/saml-signing.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

/** SAML Core §2.7.2, reference/federation.md §2.2 rule 14: our session ends no later than theirs. */
describeInWorlds('a session that somebody elsewhere has bounded', (world) => {
  let made = 0

  async function connect(): Promise<Connection> {
    made += 1
    const saved = await world().app.connections.create({
      tenantId: world().main.id,
      document: {
        id: `bounded-${made}`,
        type: 'saml',
        entity_id: situation.peer.entityId,
        sso_url: 'https://idp.example/sso',
        certificates: [pemOf(idp)],
        just_in_time: 'on',
        domains: [{ domain: `bounded${made}.test`, proved: true }],
        status: 'active',
      },
      origin: 'seed',
      actor: { kind: 'cli' },
    })
    assert.equal(saved.outcome, 'saved', JSON.stringify(saved))
    return saved.outcome === 'saved' ? saved.connection : assert.fail()
  }

  const instant = (seconds: number) => new Date(world().clock.now() + seconds * 1000).toISOString()

  /** What the other side answers to the request in `url`; its session lasts that many seconds. */
  function answerTo(url: URL, connection: Connection, seconds: number) {
    const request = Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64')
    const [, id = ''] = /\bID="([^"]+)"/.exec(inflateRawSync(request).toString()) ?? []
    const self = `${world().issuer}/federation/${connection.id}`
    const times = { IssueInstant: instant(0) }
    const signed = assertion({
      values: { ...times, ID: `_assertion${made}.${seconds}` },
      confirmations: confirmation({
        InResponseTo: id,
        Recipient: `${self}/acs`,
        NotOnOrAfter: instant(300),
      }),
      conditions: conditions(
        { NotBefore: instant(-60), NotOnOrAfter: instant(300) },
        audience(`${self}/metadata`),
      ),
      statements: authnStatement({
        AuthnInstant: instant(0),
        SessionNotOnOrAfter: instant(seconds),
      }),
      attributes: attribute('mail', `ada@bounded${made}.test`),
    })
    const values = { ...times, InResponseTo: id, Destination: `${self}/acs` }
    const whole = response(signed, { values })
    const xml = sign(whole, `_assertion${made}.${seconds}`)
    return new URLSearchParams({
      SAMLResponse: Buffer.from(xml).toString('base64'),
      RelayState: url.searchParams.get('RelayState') ?? '',
    })
  }

  /** There and back; the other side posts its answer, without our cookies. */
  async function signIn(seconds: number) {
    const connection = await connect()
    const rp = await world().relyingParty('trusted')
    const tab = world().browser().tab()
    const attempt = await rp.start({ scope: 'openid email' })
    await tab.open(attempt.url)
    const left = await follow(tab, connection)
    const body = answerTo(left.url, connection, seconds)
    const acs = `${world().issuer}/federation/${connection.id}/acs`
    const posted = await world().transport.fetch(acs, { method: 'POST', body })
    assert.equal(posted.status, 303)
    const back = await tab.open(new URL(posted.headers.get('location') ?? '', acs))
    assert.ok(back.isElsewhere, back.text)
    return { tab, rp, tokens: await attempt.finish(back.url) }
  }

  async function silently(tab: Tab): Promise<string> {
    const rp = await world().relyingParty('trusted')
    const { url } = await tab.open((await rp.start({ prompt: 'none' })).url)
    return url.searchParams.has('code') ? 'signed in' : (url.searchParams.get('error') ?? '')
  }

  it('lasts until then and not a second longer, however much it is used', async () => {
    const { tab } = await signIn(1200)
    assert.equal(await silently(tab), 'signed in')
    await world().pass(1199)
    assert.equal(await silently(tab), 'signed in')
    await world().pass(1)
    assert.equal(await silently(tab), 'login_required')
  })

  it('takes with it what was issued in it', async () => {
    const { tokens } = await signIn(300)
    const userinfo = () =>
      world().transport.fetch(`${world().issuer}/userinfo`, {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      })
    assert.equal((await userinfo()).status, 200)
    await world().pass(300)
    assert.equal((await userinfo()).status, 401)
  })
})
