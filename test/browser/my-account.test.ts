import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { findChromium, launchChromium } from '#test/support/chromium.ts'
import { signInTo } from '#test/support/person.ts'
import { openWorld, password } from '#test/support/world.ts'
import type { Person, World } from '#test/support/world.ts'

describe('My account in a real browser', { skip: findChromium() === undefined }, () => {
  let world: World
  let chromium: Browser

  before(async () => {
    world = await openWorld()
    chromium = await launchChromium()
  })
  after(async () => {
    await chromium.close()
    await world[Symbol.asyncDispose]()
  })

  /** Fails the test on any complaint of the browser: the policy of these pages is strict. */
  async function withPage(options: BrowserContextOptions, use: (page: Page) => Promise<void>) {
    const context = await chromium.newContext(options)
    const complaints: string[] = []
    context.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    try {
      await use(await context.newPage())
    } finally {
      await context.close()
    }
    assert.deepEqual(complaints, [])
  }

  async function prove(page: Page, { email }: Person): Promise<void> {
    await page.locator('input[name=email]').fill(email)
    await page.locator('input[name=email]').press('Enter')
    await page.locator('input[name=password]').fill(password)
    await page.locator('input[name=password]').press('Enter')
  }

  async function openAs(page: Page, person: Person, place: string): Promise<void> {
    await page.goto(`${world.issuer}/account/${place}`)
    await prove(page, person)
    await page.waitForURL(`${world.issuer}/account/${place}`)
  }

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with' : 'without'

    it(`ends the sessions of other devices, ${how} JavaScript`, async () => {
      const person = await world.addAccount()
      const rp = await world.relyingParty('web')
      const { tokens } = await signInTo(rp, person, { world })
      await withPage({ javaScriptEnabled }, async (page) => {
        await openAs(page, person, 'sessions')
        assert.equal(await page.getByText('Last seen').count(), 2)
        await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
        await page.getByText('signed out on every other device').waitFor()
        assert.equal(await page.getByText('Last seen').count(), 1)
      })
      await assert.rejects(rp.refresh(tokens.refresh_token ?? ''), { error: 'invalid_grant' })
    })

    it(`hands out the file of a person, ${how} JavaScript`, async () => {
      const person = await world.addAccount()
      await withPage({ javaScriptEnabled }, async (page) => {
        await openAs(page, person, 'data')
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: 'Download as JSON' }).click(),
        ])
        assert.equal(download.suggestedFilename(), 'my-account.json')
        const file = JSON.parse(await readFile(await download.path(), 'utf8'))
        assert.equal(file.account.email, person.email)
      })
    })

    it(`deletes an account, and lets the person take it back, ${how} JavaScript`, async () => {
      const person = await world.addAccount()
      await withPage({ javaScriptEnabled }, async (page) => {
        await openAs(page, person, 'data')
        await page.getByRole('link', { name: 'Delete my account' }).click()
        await world.pass(1)
        await page.getByRole('button', { name: 'Delete my account' }).click()
        await page.getByRole('heading', { name: 'Your account will be deleted' }).waitFor()
        await world.pass(1)
        await page.goto(`${world.issuer}/account/profile`)
        await prove(page, person)
        await page.getByRole('heading', { name: 'This account is about to be deleted' }).waitFor()
        await page.getByRole('button', { name: 'Keep my account' }).click()
        await page.waitForURL(`${world.issuer}/account/profile`)
      })
      const { tenantId, id } = person.account
      assert.equal((await world.app.accounts.find(tenantId, id))?.status, 'active')
    })
  }

  it('signs out of the provider as well', async () => {
    const person = await world.addAccount()
    await withPage({}, async (page) => {
      await openAs(page, person, 'profile')
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page
        .getByText(/signed out/i)
        .first()
        .waitFor()
      await page.goto(`${world.issuer}/account/profile`)
      await page.getByRole('heading', { name: 'Choose an account' }).waitFor()
    })
  })
})
