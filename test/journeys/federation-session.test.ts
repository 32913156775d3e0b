import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Tab } from '#test/support/browser.ts'
import { openSamlPeer } from '#test/support/saml-peer.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

/** SAML Core §2.7.2, reference/federation.md §2.2 rule 14: our session ends no later than theirs. */
describeInWorlds('a session that somebody elsewhere has bounded', (world) => {
  /** Their session lasts that many seconds. */
  async function signIn(seconds: number) {
    const peer = await openSamlPeer(world())
    const tab = world().browser().tab()
    const parameters = { scope: 'openid email' }
    return { tab, ...(await peer.signIn(tab, 'trusted', { seconds, parameters })) }
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
