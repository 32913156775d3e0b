import assert from 'node:assert/strict'
import { it } from 'node:test'
import { signInTo } from '#test/support/person.ts'
import { openWorld } from '#test/support/world.ts'

const issuer = 'https://login.example.test'

it('over https every cookie is Secure, and the session belongs to this host alone (Q66)', async () => {
  await using world = await openWorld({ issuer })
  const browser = world.browser()
  const tab = browser.tab()
  const rp = await world.relyingParty('web')
  const { tokens } = await signInTo(rp, world.people.ada, { world, tab })
  assert.equal(tokens.claims()?.iss, issuer)
  const cookies = browser.cookies.list()
  assert.ok(cookies.length >= 2)
  for (const { name, secure, httpOnly } of cookies) {
    assert.match(name, /^__(?:Host|Secure)-/)
    assert.ok(secure && httpOnly, name)
  }
  assert.equal(browser.cookies.find('__Host-signet')?.path, '/')
  const page = await tab.open(`${issuer}/logout`)
  assert.match(String(page.headers.get('strict-transport-security')), /max-age=31536000/)

  const twin = await world.relyingParty(await world.addClient('web', {}, world.acme))
  await signInTo(twin, world.adaOfAcme, { world, tab: browser.tab() })
  assert.equal(browser.cookies.find('__Secure-signet-acme')?.path, '/t/acme')
})

it('no header decides where an address leads (F4)', async () => {
  await using world = await openWorld({ issuer })
  const rp = await world.relyingParty('web')
  const { url } = await rp.start()
  for (const headers of [
    { host: 'evil.example.test' },
    { 'x-forwarded-host': 'evil.example.test' },
    { forwarded: 'host=evil.example.test;proto=http' },
  ]) {
    const response = await world.transport.fetch(url, { headers })
    const location = response.headers.get('location')
    assert.ok(
      response.status === 421 || location?.startsWith('/interaction/') === true,
      `${response.status} ${String(location)}`,
    )
    const text = await response.text()
    assert.doesNotMatch(text + String(location), /evil\.example\.test/)
  }
})
