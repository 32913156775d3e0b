import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openMyAccount } from '#test/support/my-account.ts'
import { openWorld } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

describe('the cookies of My account under https (Q66)', () => {
  let world: World
  before(async () => {
    world = await openWorld({ issuer: 'https://login.example.test' })
  })
  after(() => world[Symbol.asyncDispose]())

  it('are of this host alone, out of reach of scripts and of other sites', async () => {
    const { browser } = await openMyAccount(world, world.people.ada)
    const cookie = browser.cookies.find('__Host-signet-account')
    assert.ok(cookie)
    const { path, secure, httpOnly, sameSite, expires } = cookie
    assert.deepEqual(
      { path, secure, httpOnly, sameSite, expires },
      { path: '/', secure: true, httpOnly: true, sameSite: 'lax', expires: undefined },
    )
  })

  it('are of one tenant, by name and by path, where several share a host', async () => {
    const options = { tenant: world.acme }
    const { browser } = await openMyAccount(world, world.adaOfAcme, 'profile', options)
    const cookie = browser.cookies.find('__Secure-signet-account-acme')
    assert.equal(cookie?.path, '/t/acme/account')
    assert.equal(browser.cookies.find('__Host-signet-account'), undefined)
  })
})
