import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { acrPhishingResistant } from '#client/client.ts'
import { startApplication } from '#test/support/application.ts'
import type { Application } from '#test/support/application.ts'
import { findChromium, launchChromium } from '#test/support/chromium.ts'
import { addVirtualAuthenticator } from '#test/support/virtual-authenticator.ts'
import type { VirtualAuthenticator } from '#test/support/virtual-authenticator.ts'
import { openWorld, password } from '#test/support/world.ts'
import type { Person, World } from '#test/support/world.ts'

describe('passkeys in a real browser', { skip: findChromium() === undefined }, () => {
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

  /** Fails the test on any complaint of the browser. */
  async function withPage(
    use: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
  ): Promise<void> {
    const context = await chromium.newContext(options)
    const complaints: string[] = []
    context.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    try {
      const page = await context.newPage()
      page.setDefaultTimeout(10_000)
      await use(page)
    } finally {
      await context.close()
    }
    assert.deepEqual(complaints, [])
  }

  const place = (name: string) => `${world.issuer}/account/${name}`
  const alert = (page: Page) => page.getByRole('alert')
  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })

  async function provePassword(page: Page, { email }: Person): Promise<void> {
    await page.locator('input[name=email]').fill(email)
    await page.locator('input[name=email]').press('Enter')
    await page.locator('input[name=password]').fill(password)
    await page.locator('input[name=password]').press('Enter')
  }

  /** Where this device could keep a passkey, and its script had the time to say so, that is offered first. */
  async function notNow(page: Page): Promise<void> {
    const later = button(page, 'Not now')
    await later.or(page.locator('.who-am-i')).first().waitFor()
    if (await later.isVisible()) await later.click()
  }

  /** Signs in by password, adds a passkey, and leaves no cookie behind. */
  async function enrol(page: Page, person: Person): Promise<void> {
    await page.goto(place('passkeys'))
    await provePassword(page, person)
    await notNow(page)
    await page.waitForURL(place('passkeys'))
    await add(page)
    await page.context().clearCookies()
  }

  async function add(page: Page): Promise<void> {
    await button(page, 'Add a passkey').click()
    await page.getByText('Your passkey is added').waitFor()
  }

  const signedInAs = (page: Page, { email }: Person) =>
    page.locator('.who-am-i').getByText(email).waitFor()

  const countOf = ({ account: { tenantId, id } }: Person) => world.app.passkeys.count(tenantId, id)

  it('are offered to whoever signs in without one, and made there', async () => {
    const person = await world.addAccount()
    await withPage(async (page) => {
      const authenticator = await addVirtualAuthenticator(page)
      await Promise.all([page.waitForResponse(/\/passkey-options$/), page.goto(place('profile'))])
      await provePassword(page, person)
      await button(page, 'Create a passkey').click()
      await signedInAs(page, person)
      assert.equal((await authenticator.credentialIds()).length, 1)
    })
    assert.equal(await countOf(person), 1)
  })

  it('are registered in My account, and offered by autofill where somebody says who they are', async () => {
    const person = await world.addAccount()
    await withPage(async (page) => {
      const authenticator = await addVirtualAuthenticator(page)
      await enrol(page, person)
      assert.equal((await authenticator.credentialIds()).length, 1)
      await page.goto(place('profile'))
      await signedInAs(page, person)
    })
  })

  /** An authenticator answers at once; where a person is to press, no field may ask it before. */
  const withoutAutofill = (page: Page) =>
    page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false')

  /** With a passkey of this person, at the first page of a sign-in. */
  async function atFirstPage(page: Page, person: Person): Promise<VirtualAuthenticator> {
    await withoutAutofill(page)
    const authenticator = await addVirtualAuthenticator(page)
    await enrol(page, person)
    await page.goto(place('profile'))
    return authenticator
  }

  it('sign in by the button', async () => {
    const person = await world.addAccount()
    await withPage(async (page) => {
      await atFirstPage(page, person)
      await button(page, 'Sign in with a passkey').click()
      await signedInAs(page, person)
    })
  })

  it('sign in from the page of the password', async () => {
    const person = await world.addAccount()
    await withPage(async (page) => {
      await atFirstPage(page, person)
      await page.locator('input[name=email]').fill(person.email)
      await page.locator('input[name=email]').press('Enter')
      await button(page, 'Use a passkey').click()
      await signedInAs(page, person)
    })
  })

  it('are asked for by the button although the field is asking', async () => {
    await withPage(async (page) => {
      const authenticator = await addVirtualAuthenticator(page)
      await authenticator.remove()
      await page.goto(place('profile'))
      await button(page, 'Sign in with a passkey').click()
      await page.getByText('Checking your passkey…').waitFor()
      await page.waitForTimeout(500)
      assert.equal(await page.getByRole('status').textContent(), 'Checking your passkey…')
    })
  })

  it('that are removed here are taken off the device as well', async () => {
    const person = await world.addAccount()
    await withPage(async (page) => {
      const authenticator = await addVirtualAuthenticator(page, { synced: true })
      await page.goto(place('passkeys'))
      await provePassword(page, person)
      await notNow(page)
      await page.waitForURL(place('passkeys'))
      await add(page)
      assert.equal((await authenticator.credentialIds()).length, 1)
      await button(page, /^Remove/).click()
      await page.getByText('You have no passkey').waitFor()
      await until(async () => (await authenticator.credentialIds()).length === 0)
    })
  })

  it('that nobody knows any more are signalled away, and the page says so', async () => {
    const person = await world.addAccount()
    await withPage(async (page) => {
      const authenticator = await atFirstPage(page, person)
      await world.app.database.knex('passkeys').where({ account_id: person.account.id }).delete()
      await button(page, 'Sign in with a passkey').click()
      await page.getByText('We asked your device to remove it').waitFor()
      await until(async () => (await authenticator.credentialIds()).length === 0)
      await provePassword(page, person)
      await notNow(page)
      await signedInAs(page, person)
    })
  })

  it('that are not there, or were cancelled, change nothing; every other way works', async () => {
    const person = await world.addAccount()
    await withPage(async (page) => {
      await withoutAutofill(page)
      await addVirtualAuthenticator(page)
      await page.goto(place('profile'))
      await button(page, 'Sign in with a passkey').click()
      await page.getByText('Nothing was changed. Try again or use another way.').waitFor()
      assert.equal(await alert(page).count(), 0)
      await provePassword(page, person)
      await notNow(page)
      await signedInAs(page, person)
    })
  })

  it('that are asked for on a page that is out of date lead to one that says so', async () => {
    const context = await chromium.newContext() // it complains of the refused request, rightly
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    await withoutAutofill(page)
    await addVirtualAuthenticator(page)
    await page.goto(place('profile'))
    await world.pass(7200)
    await button(page, 'Sign in with a passkey').click()
    await page.getByText('This sign-in page is out of date').waitFor()
    await context.close()
  })

  it('whose quiet offer fails say nothing', async () => {
    await withPage(async (page) => {
      const authenticator = await addVirtualAuthenticator(page)
      await page.goto(place('profile'))
      await button(page, 'Sign in with a passkey').waitFor()
      await authenticator.remove()
      await page.waitForTimeout(300)
      assert.equal((await page.getByRole('status').textContent())?.trim(), '')
      assert.equal(await alert(page).count(), 0)
    })
  })

  it('are not made twice on one device, and once more on a second', async () => {
    const person = await world.addAccount()
    await withPage(async (page) => {
      const first = await addVirtualAuthenticator(page)
      await page.goto(place('passkeys'))
      await provePassword(page, person)
      await notNow(page)
      await page.waitForURL(place('passkeys'))
      await add(page)
      await button(page, 'Add a passkey').click()
      await page.getByText('This device has a passkey for your account already').waitFor()
      assert.equal((await first.credentialIds()).length, 1)
    })
    await withPage(async (page) => {
      await addVirtualAuthenticator(page, { synced: true })
      await enrol(page, person)
      await page.goto(place('profile'))
      await signedInAs(page, person)
    })
    assert.equal(await countOf(person), 2)
  })

  it('of a device that cannot tell its owner are the second step, when they are asked for by name', async () => {
    const person = await world.addAccount()
    const redirectUri = `${application.origin}/callback`
    const client = await world.addClient('trusted', { redirect_uris: [redirectUri] })
    const rp = await world.relyingParty(client)
    await withPage(async (page) => {
      await withoutAutofill(page)
      await addVirtualAuthenticator(page, { unlocks: false })
      await enrol(page, person)
      const attempt = await rp.start({ acr_values: acrPhishingResistant })
      const answer = application.answer()
      await page.goto(attempt.url.href)
      await button(page, 'Sign in with a passkey').click()
      await page.getByText('Nothing was changed').waitFor()
      await provePassword(page, person)
      await button(page, 'Use a passkey').click()
      const callback = new URL(`${redirectUri}?${String(await answer)}`)
      const claims = (await attempt.finish(callback)).claims()
      assert.equal(claims?.['acr'], acrPhishingResistant)
      assert.deepEqual(claims?.['amr'], ['pwd', 'hwk', 'user', 'mfa'])
    })
  })

  it('with an answer that was changed on the way, or sent again, open nothing (Q51)', async () => {
    const person = await world.addAccount()
    await withPage(async (page) => {
      await atFirstPage(page, person)
      const sent: string[] = []
      let change = (credential: string) => credential
      await page.route(/\/interaction\/[^/]+\/passkey$/, async (route) => {
        const form = new URLSearchParams(route.request().postData() ?? '')
        const credential = change(form.get('credential') ?? '')
        sent.push(credential)
        form.set('credential', credential)
        await route.continue({ postData: form.toString() })
      })
      const refused = async (lie: (credential: string) => string) => {
        change = lie
        const posts = sent.length
        await button(page, 'Sign in with a passkey').click()
        await until(async () => sent.length > posts)
        await page.getByText('That passkey didn’t work').waitFor()
      }
      await refused((credential) => lying(credential, { origin: 'https://evil.test' }))
      await refused((credential) => lying(credential, { type: 'webauthn.create' }))
      await refused(() => sent[0] ?? '')
      change = (credential) => credential
      await button(page, 'Sign in with a passkey').click()
      await signedInAs(page, person)
    })
  })

  it('are nowhere to be seen without JavaScript, where every other way works', async () => {
    const person = await world.addAccount()
    await withPage(
      async (page) => {
        await page.goto(place('passkeys'))
        assert.equal(await page.getByText('Sign in with a passkey').isVisible(), false)
        await provePassword(page, person)
        await page.getByText('Passkeys need JavaScript').waitFor()
        assert.equal(await button(page, 'Add a passkey').count(), 0)
      },
      { javaScriptEnabled: false },
    )
  })
})

/** Says something else in the client data than the browser did. */
function lying(credential: string, lies: object): string {
  const answer = JSON.parse(credential) as { response: { clientDataJSON: string } }
  const said = JSON.parse(Buffer.from(answer.response.clientDataJSON, 'base64url').toString())
  const changed = Buffer.from(JSON.stringify({ ...said, ...lies })).toString('base64url')
  return JSON.stringify({ ...answer, response: { ...answer.response, clientDataJSON: changed } })
}

/** The browser forgets a passkey on its own time. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail('it did not happen')
}
