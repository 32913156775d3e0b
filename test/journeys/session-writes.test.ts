import assert from 'node:assert/strict'
import { it } from 'node:test'
import { signInTo } from '#test/support/person.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

// What honest clients and browsers do at the same time, or after something went wrong, must not cost them the sign-in.
describeInWorlds('a session and a refresh token written by many', (world) => {
  it('keeps the clients of all silent sign-ins that ran at once', async () => {
    const person = await world().addAccount()
    const first = await world().relyingParty('trusted')
    const { tab } = await signInTo(first, person, { world: world() })
    const parties = []
    for (let n = 0; n < 6; n += 1) {
      // one after the other: their ids are counted
      parties.push(await world().relyingParty(await world().addClient('trusted', {})))
    }
    const attempts = await Promise.all(parties.map((rp) => rp.start({ prompt: 'none' })))
    const cookie = tab.cookieHeader(new URL(world().issuer))
    const responses = await Promise.all(
      attempts.map(({ url }) => world().transport.fetch(url.href, { headers: { cookie } })),
    )
    for (const [index, attempt] of attempts.entries()) {
      const callback = new URL(responses[index]?.headers.get('location') ?? '')
      const tokens = await attempt.finish(callback)
      assert.ok(await parties[index]?.refresh(tokens.refresh_token ?? ''))
    }
  })

  it('keeps earlier tokens when the same client asks for another scope', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    const { tab, tokens } = await signInTo(rp, person, {
      world: world(),
      parameters: { scope: 'openid profile' },
    })
    const later = await rp.start({ scope: 'openid email' })
    const { url } = await tab.open(later.url)
    const more = await later.finish(url)
    assert.equal(more.claims()?.['name'], undefined, 'no more than this request asked')
    assert.ok(await rp.refresh(tokens.refresh_token ?? ''))
    assert.ok(await rp.refresh(more.refresh_token ?? ''))
  })

  it('signs in a browser whose session cookie opens nothing any more', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    const { tab } = await signInTo(rp, person, { world: world() })
    const { tenantId, id } = person.account
    await world().app.artifacts.destroyByOwner(tenantId, { accountId: id })
    const { tokens } = await signInTo(rp, person, { world: world(), tab })
    assert.ok(await rp.refresh(tokens.refresh_token ?? ''))
    const silent = await tab.open((await rp.start({ prompt: 'none' })).url)
    assert.ok(silent.url.searchParams.get('code'))
  })

  it('gives a refused refresh its token back: the successor never left the house (Q15)', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('web')
    const { tokens } = await signInTo(rp, person, { world: world() })
    const token = tokens.refresh_token ?? ''
    await assert.rejects(rp.refresh(token, { resource: 'https://nobody.example.test' }), {
      error: 'invalid_target',
    })
    await world().pass(60)
    assert.ok(await rp.refresh(token))
  })
})
