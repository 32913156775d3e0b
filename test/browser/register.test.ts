import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { startApplication } from '#test/support/application.ts'
import type { Application } from '#test/support/application.ts'
import { findChromium, launchChromium } from '#test/support/chromium.ts'
import { codeIn, lastMail } from '#test/support/mail.ts'
import { openWorld, password } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

describe('registering with a real browser', { skip: findChromium() === undefined }, () => {
  let world: World
  let chromium: Browser
  let application: Application

  before(async () => {
    world = await openWorld()
    chromium = await launchChromium()
    application = await startApplication()
  })
  after(async () => {
    await chromium.close()
    await application[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  async function open() {
    const made = await world.addTenant('people')
    const settings = { ...made.settings, registration: 'open', email_code: 'offered' } as const
    await world.app.tenants.update({ ...made, settings })
    const tenant = (await world.app.tenants.findById(made.id)) ?? assert.fail('no tenant')
    const redirect_uris = [`${application.origin}/callback`]
    const client = await world.addClient('trusted', { redirect_uris }, tenant)
    return { tenant, rp: await world.relyingParty(client) }
  }

  const fill = async (page: Page, fields: Readonly<Record<string, string>>) => {
    for (const [name, value] of Object.entries(fields)) {
      await page.locator(`input[name=${name}]`).fill(value)
    }
    await page.locator('button.primary').click()
  }

  it('leads from the first page to the app, then signs in with the password and with a code', async () => {
    const { tenant, rp } = await open()
    const complaints: string[] = []
    const email = 'new@example.test'

    async function visit(way: (page: Page) => Promise<void>): Promise<string | undefined> {
      const context = await chromium.newContext({ javaScriptEnabled: false })
      context.on('console', (line) => line.type() === 'error' && complaints.push(line.text()))
      const page = await context.newPage()
      const attempt = await rp.start()
      const answer = application.answer()
      await page.goto(attempt.url.href)
      await way(page)
      const callback = new URL(`${application.origin}/callback?${String(await answer)}`)
      const tokens = await attempt.finish(callback)
      await context.close()
      return tokens.claims()?.sub
    }

    const registered = await visit(async (page) => {
      await page.getByRole('button', { name: 'Create an account' }).click()
      await fill(page, { email, name: 'New Person' })
      await fill(page, { code: codeIn(await lastMail(world.app, tenant)) })
      await fill(page, { new_password: password })
    })
    const withPassword = await visit(async (page) => {
      await fill(page, { email })
      await fill(page, { password })
    })
    await world.pass(61)
    const withCode = await visit(async (page) => {
      await fill(page, { email })
      await page.getByRole('button', { name: 'Use an email code instead' }).click()
      await page.locator('input[name=code]').waitFor()
      await fill(page, { code: codeIn(await lastMail(world.app, tenant)) })
    })
    const account = await world.app.accounts.findByEmail(tenant.id, email)
    assert.ok(account)
    assert.deepEqual([registered, withPassword, withCode], Array(3).fill(account.id))
    assert.deepEqual(complaints, [])
  })
})
