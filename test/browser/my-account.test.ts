import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { it } from 'node:test'
import type { Page } from 'playwright-core'
import { codeFor } from '#test/support/recovery.ts'
import { signInTo } from '#test/support/person.ts'
import {
  describeInChromium,
  enter,
  fill,
  press,
  prove,
  walkTo,
  withAndWithoutScript,
} from '#test/support/real-browser.ts'
import type { Person } from '#test/support/world.ts'

describeInChromium('My account in a real browser, by the keyboard', (scene) => {
  async function openAs(page: Page, person: Person, place: string): Promise<void> {
    const address = `${scene().world.issuer}/account/${place}`
    await page.goto(address)
    await prove(page, person)
    assert.equal(page.url(), address)
  }

  const heading = (page: Page) => page.locator('h1').innerText()

  for (const { how, javaScriptEnabled } of withAndWithoutScript) {
    it(`saves a profile, and says at the field what is wrong with it, ${how}`, async () => {
      const { world, withPage } = scene()
      const person = await world.addAccount()
      const use = async (page: Page) => {
        await openAs(page, person, 'profile')
        await fill(page, 'given_name', 'Ada')
        await enter(page, 'zoneinfo', 'Moon/Tranquility')
        assert.match(await page.title(), /^Error: /)
        assert.match(await page.locator('#zoneinfo-error').innerText(), /isn’t a time zone/)
        assert.equal(await page.locator('#given_name').inputValue(), 'Ada')
        await enter(page, 'zoneinfo', 'Europe/Vienna')
        assert.match(await page.getByRole('status').innerText(), /saved/)
      }
      await withPage(use, { javaScriptEnabled })
      const { tenantId, id } = person.account
      const account = await world.app.accounts.find(tenantId, id)
      assert.equal(account?.profile.given_name, 'Ada')
      assert.equal(account.profile.zoneinfo, 'Europe/Vienna')
    })

    it(`changes the address once its code was typed, ${how}`, async () => {
      const { world, withPage } = scene()
      const person = await world.addAccount()
      const email = `new-${person.email}`
      const use = async (page: Page) => {
        await openAs(page, person, 'methods')
        await press(page, 'link', 'Change your email address')
        await enter(page, 'email', 'nowhere')
        assert.match(await page.locator('#email-error').innerText(), /whole email address/)
        await enter(page, 'email', email)
        const code = await codeFor(world, email)
        await enter(page, 'code', String((Number(code) + 1) % 1_000_000).padStart(6, '0'))
        assert.match(await page.locator('#code-error').innerText(), /tries left/)
        await enter(page, 'code', code)
        assert.match(await page.getByRole('status').innerText(), /is changed/)
      }
      await withPage(use, { javaScriptEnabled })
      const { tenantId, id } = person.account
      assert.equal((await world.app.accounts.find(tenantId, id))?.email, email)
    })

    it(`changes the password, and asks for the new one at once, ${how}`, async () => {
      const { world, withPage } = scene()
      const person = await world.addAccount()
      const fresh = 'quiet coffee pots everywhere'
      const use = async (page: Page) => {
        await openAs(page, person, 'password')
        await fill(page, 'password', 'not this one')
        await enter(page, 'new_password', fresh)
        assert.match(await page.locator('#password-error').innerText(), /isn’t your current/)
        await fill(page, 'password', person.password)
        await enter(page, 'new_password', 'short')
        assert.match(await page.locator('#new_password-error').innerText(), /too short/)
        await world.pass(1)
        await fill(page, 'password', person.password)
        await enter(page, 'new_password', fresh)
        assert.equal(await heading(page), 'Your password is changed')
        await world.pass(1)
        await press(page, 'link', 'Sign in')
        await press(page, 'button', new RegExp(person.email))
        await enter(page, 'password', fresh)
        assert.equal(await heading(page), 'Sign-in methods')
      }
      await withPage(use, { javaScriptEnabled })
    })

    it(`ends the sessions of other devices, ${how}`, async () => {
      const { world, withPage } = scene()
      const person = await world.addAccount()
      const rp = await world.relyingParty('web')
      const { tokens } = await signInTo(rp, person, { world })
      const use = async (page: Page) => {
        await openAs(page, person, 'sessions')
        assert.equal(await page.getByText('Last seen').count(), 2)
        await press(page, 'button', 'Sign out everywhere else')
        assert.match(await page.getByRole('status').innerText(), /on every other device/)
        assert.equal(await page.getByText('Last seen').count(), 1)
      }
      await withPage(use, { javaScriptEnabled })
      await assert.rejects(rp.refresh(tokens.refresh_token ?? ''), { error: 'invalid_grant' })
    })

    it(`takes the access of an app away, ${how}`, async () => {
      const { world, withPage } = scene()
      const person = await world.addAccount()
      const rp = await world.relyingParty('web')
      const { tokens } = await signInTo(rp, person, { world })
      const use = async (page: Page) => {
        await openAs(page, person, 'apps')
        await press(page, 'button', /^Remove access/)
        assert.match(await page.getByRole('status').innerText(), /no access any more/)
        assert.equal(await page.getByText('No app has access').count(), 1)
      }
      await withPage(use, { javaScriptEnabled })
      await assert.rejects(rp.refresh(tokens.refresh_token ?? ''), { error: 'invalid_grant' })
    })

    it(`signs out everywhere whoever says “This wasn’t me”, ${how}`, async () => {
      const { world, withPage } = scene()
      const person = await world.addAccount()
      const use = async (page: Page) => {
        await openAs(page, person, 'activity')
        await press(page, 'link', 'This wasn’t me')
        await world.pass(1)
        await press(page, 'button', 'Sign out everywhere')
        await world.pass(1)
        await press(page, 'button', new RegExp(person.email))
        await enter(page, 'password', person.password)
        assert.equal(await heading(page), 'Change your password')
      }
      await withPage(use, { javaScriptEnabled })
    })

    it(`hands out the file of a person, ${how}`, async () => {
      const { world, withPage } = scene()
      const person = await world.addAccount()
      const use = async (page: Page) => {
        await openAs(page, person, 'data')
        await walkTo(page, page.getByRole('button', { name: 'Download as JSON' }))
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.keyboard.press('Enter'),
        ])
        assert.equal(download.suggestedFilename(), 'my-account.json')
        const file = JSON.parse(await readFile(await download.path(), 'utf8'))
        assert.equal(file.account.email, person.email)
      }
      await withPage(use, { javaScriptEnabled })
    })

    it(`deletes an account, and lets the person take it back, ${how}`, async () => {
      const { world, withPage } = scene()
      const person = await world.addAccount()
      const use = async (page: Page) => {
        await openAs(page, person, 'data')
        await press(page, 'link', 'Delete my account')
        await world.pass(1)
        await press(page, 'button', 'Delete my account')
        assert.equal(await heading(page), 'Your account will be deleted')
        await world.pass(1)
        await page.goto(`${world.issuer}/account/profile`)
        await prove(page, person)
        assert.equal(await heading(page), 'This account is about to be deleted')
        await press(page, 'button', 'Keep my account')
        assert.equal(page.url(), `${world.issuer}/account/profile`)
      }
      await withPage(use, { javaScriptEnabled })
      const { tenantId, id } = person.account
      assert.equal((await world.app.accounts.find(tenantId, id))?.status, 'active')
    })
  }

  it('signs out of the provider as well', async () => {
    const { world, withPage } = scene()
    const person = await world.addAccount()
    await withPage(async (page) => {
      await openAs(page, person, 'profile')
      await press(page, 'button', 'Sign out')
      assert.equal(await heading(page), 'You’re signed out')
      await page.goto(`${world.issuer}/account/profile`)
      assert.equal(await heading(page), 'Choose an account')
    })
  })
})
