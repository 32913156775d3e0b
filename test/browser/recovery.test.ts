import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { startApplication } from '#test/support/application.ts'
import type { Application } from '#test/support/application.ts'
import { findChromium, launchChromium } from '#test/support/chromium.ts'
import { codeFor } from '#test/support/recovery.ts'
import { openWorld } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

const fresh = 'quiet coffee pots everywhere'

describe('a forgotten password in a real browser', { skip: findChromium() === undefined }, () => {
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

  const enter = async (page: Page, name: string, value: string) => {
    await page.locator(`input[name=${name}]`).fill(value)
    await page.locator(`input[name=${name}]`).press('Enter')
  }

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with' : 'without'
    it(`is reset on the way to an app, by the keyboard, ${how} JavaScript`, async () => {
      const person = await world.addAccount()
      const redirect_uris = [`${application.origin}/callback`]
      const rp = await world.relyingParty(
        await world.addClient('web', { redirect_uris, first_party: true }),
      )
      const attempt = await rp.start()
      const context = await chromium.newContext({ javaScriptEnabled })
      const complaints: string[] = []
      context.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      const page = await context.newPage()
      await page.goto(attempt.url.href)
      await enter(page, 'email', person.email)

      const forgot = page.locator('a[href$="/recover"]').first()
      await forgot.focus()
      await forgot.press('Enter')
      assert.equal(await page.locator('input[name=email]').inputValue(), person.email)
      await page.locator('input[name=email]').press('Enter')
      await enter(page, 'code', await codeFor(world, person.email))
      await enter(page, 'new_password', fresh)
      const back = page.locator('a.primary')
      await world.pass(1)
      await back.focus()
      await back.press('Enter')

      const answer = application.answer()
      await enter(page, 'password', fresh)
      const callback = new URL(`${application.origin}/callback?${String(await answer)}`)
      assert.equal((await attempt.finish(callback)).claims()?.sub, person.account.id)
      assert.deepEqual(complaints, [])
      await context.close()
    })
  }
})
