import assert from 'node:assert/strict'
import { it, mock } from 'node:test'
import { brandId } from '#kit/ids.ts'
import type { ClientId } from '#kit/ids.ts'
import { meanwhile } from '#test/support/meanwhile.ts'
import { csrfOf, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { isConsent, signInTo } from '#test/support/person.ts'
import { opaqueApi } from '#test/support/world-clients.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('apps with access in My account', (world) => {
  async function withPayroll() {
    const person = await world().addAccount()
    const rp = await world().relyingParty('web')
    const { tab, tokens } = await signInTo(rp, person, { world: world() })
    return { person, rp, app: tab, tokens, ...(await openMyAccount(world(), person, 'apps')) }
  }

  it('says what was allowed, and since when', async () => {
    const { tab } = await withPayroll()
    assert.match(tab.page.text, /Payroll It can: see your name and picture see your email address/)
    assert.match(tab.page.text, /Allowed on \d+ \w+ \d{4}/)
    assert.doesNotMatch(tab.page.text, /My account It can/)
  })

  it('lists nothing of other people', async () => {
    await withPayroll()
    const { tab } = await openMyAccount(world(), await world().addAccount(), 'apps')
    assert.match(tab.page.text, /No app has access/)
  })

  it('takes access away: consent, grant and tokens die at once, and only this app’s', async () => {
    const { person, rp, app, tokens, tab } = await withPayroll()
    const other = await world().relyingParty('post')
    const { tokens: kept } = await signInTo(other, person, { world: world() })
    const opaque = await signInTo(rp, person, {
      world: world(),
      parameters: { resource: opaqueApi, scope: 'openid profile email read' },
      redeem: { resource: opaqueApi },
    })
    const page = await tab.submit({ client: 'web' }, /Remove access of Payroll/)
    assert.match(page.text, /Payroll has no access any more\./)
    assert.doesNotMatch(page.text, /Payroll It can/)
    await assert.rejects(rp.refresh(tokens.refresh_token ?? ''), { error: 'invalid_grant' })
    await assert.rejects(rp.userinfo(tokens))
    const reader = await world().relyingParty('reader')
    assert.equal((await reader.introspect(opaque.tokens.access_token)).active, false)
    assert.ok(isConsent(await app.open((await rp.start()).url)), 'asked again')
    assert.ok(await other.refresh(kept.refresh_token ?? ''), 'another app keeps its access')
    const events = await world().app.audit.list(world().main.id, { limit: 20 })
    const revoked = events.find(({ type }) => type === 'consent.revoked')
    assert.equal(revoked?.clientId, 'web')
    assert.equal(revoked.accountId, person.account.id)
  })

  it('leaves nothing to a request that was under way when it was taken back (Q17, F14)', async () => {
    const { person, rp } = await withPayroll()
    const { tenantId, id: accountId } = person.account
    const { browser } = await openMyAccount(world(), person, 'apps')
    const owner = { tenantId, accountId, clientId: brandId<ClientId>('web') }
    const revoke = () => world().app.givenConsents.revoke(owner, { actor: { kind: 'cli' } })
    const moment = meanwhile(world(), { before: 'upsert', model: 'Grant' }, revoke)
    const page = await browser.tab().open((await rp.start()).url)
    assert.ok(moment.happened(), 'a new browser needs a Grant of its own')
    assert.ok(isConsent(page), `asked again: ${page.url.href}`)
    const silent = await browser.tab().open((await rp.start({ prompt: 'none' })).url)
    assert.equal(silent.url.searchParams.get('error'), 'consent_required')
  })

  it('stays on the list while a store is down, and can be tried again', async () => {
    const { rp, tokens, tab } = await withPayroll()
    const down = mock.method(world().app.artifacts, 'destroyAccess', () =>
      Promise.reject(new Error('the store does not answer')),
    )
    const failed = await tab.submit({ client: 'web' }, /Remove access of Payroll/)
    down.mock.restore()
    assert.equal(failed.status, 503)
    const page = await tab.open(`${world().issuer}/account/apps`)
    assert.match(page.text, /Payroll It can/)
    assert.match((await tab.submit({ client: 'web' }, /Remove access/)).text, /no access any more/)
    await assert.rejects(rp.refresh(tokens.refresh_token ?? ''), { error: 'invalid_grant' })
  })

  it('refuses a code that was issued before', async () => {
    const { rp, app, tab } = await withPayroll()
    const attempt = await rp.start()
    const { url } = await app.open(attempt.url)
    assert.ok(url.searchParams.has('code'))
    await tab.submit({ client: 'web' }, /Remove access/)
    await assert.rejects(attempt.finish(url), { error: 'invalid_grant' })
  })

  it('touches nobody else’s consent, nor another tenant’s (Q77)', async () => {
    const { rp, tokens } = await withPayroll()
    const stranger = await openMyAccount(world(), await world().addAccount(), 'apps')
    for (const client of ['web', 'nothing', '', '../web', 'signet-account']) {
      const form = { csrf: csrfOf(stranger.tab.page), client }
      const answer = await postByHand(world(), stranger.tab, `${stranger.home}/apps`, { form })
      assert.equal(answer.status, 303, client)
    }
    assert.doesNotMatch((await stranger.tab.reload()).text, /no access any more/)
    assert.ok(await rp.refresh(tokens.refresh_token ?? ''))
  })

  it('takes nothing away without the token of this session (Q67)', async () => {
    const { rp, tokens, tab, home } = await withPayroll()
    const answer = await postByHand(world(), tab, `${home}/apps`, { form: { client: 'web' } })
    assert.equal(answer.status, 403)
    assert.ok(await rp.refresh(tokens.refresh_token ?? ''))
  })
})
