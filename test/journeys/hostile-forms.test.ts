import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Tab } from '#test/support/browser.ts'
import { enrolledPerson } from '#test/support/enrolled.ts'
import { assertDecent } from '#test/support/hostile.ts'
import { csrfOf, openMyAccount } from '#test/support/my-account.ts'
import { proveIdentity } from '#test/support/person.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const wordsOf = (text: string): readonly string[] => text.trim().split(/\s+/)

const answers = wordsOf(`
  identifier password account another stay consent refused way
  email-code send-code use-code use-password confirm-code send-confirm-code
  confirm-app confirm-recovery confirm-passkey passkey passkey-options
  enrol put-off give-up begin-app set-up-app enrol-passkey
  codes-saved codes-again recovery-codes nudge-passkey nudge-later`)
const actions = wordsOf(`
  authenticator authenticator/begin authenticator/cancel
  recovery-codes recovery-codes/download recovery-codes/saved
  sessions/untrust sessions/untrust-all passkeys/rename passkeys/remove`)
const fields = ['code', 'way', 'method', 'trust', 'credential', 'password', 'account', 'device']

/** As they come over the wire. */
const values = [
  '',
  '%20%20',
  '%D9%A1%D9%A2%D9%A3%D9%A4%D9%A5%D9%A6', // six digits of another script
  '%F0%9F%92%A5',
  '%00',
  '%ed%a0%80',
  '%7B%22id%22%3A%7B%7D%7D',
  '__proto__',
  '0'.repeat(60_000),
]

const form = 'application/x-www-form-urlencoded'

describeInWorlds(
  'a form of a second step with anything in it (Q92)',
  (world) => {
    async function post(tab: Tab, url: URL, body: string, type = form) {
      const headers = { 'content-type': type, 'sec-fetch-site': 'same-origin', origin: 'null' }
      const sent = { method: 'POST', body, headers: { ...headers, cookie: tab.cookieHeader(url) } }
      return world().transport.fetch(url, sent)
    }

    /** Each form with each value in every field, and without the token of the page. */
    async function assail(tab: Tab, base: string, names: readonly string[]): Promise<void> {
      const csrf = csrfOf(tab.page)
      assert.notEqual(csrf, '')
      const bodies = [
        ...values.map((value) => fields.map((field) => `${field}=${value}`).join('&')),
        'code=1&code=2',
        'code[]=000000&code[a]=b',
      ]
      for (const name of names) {
        const url = new URL(`${base}/${name}`, world().issuer)
        for (const body of bodies)
          assertDecent(await post(tab, url, `csrf=${csrf}&${body}`), `${name} ${body.slice(0, 60)}`)
        for (const json of ['[]', '{"code":["000000"]}', '{"csrf":{}}'])
          assertDecent(await post(tab, url, json, 'application/json'), `${name} ${json}`)
        for (const token of ['', `csrf=${csrf.slice(0, -2)}AA`]) {
          const { status } = await post(tab, url, `${token}&code=000000`)
          assert.ok([400, 403].includes(status), `${name} with ${token}: ${status} (Q67)`)
        }
      }
    }

    const baseOf = ({ page }: Tab) => /^.*\/interaction\/[^/]+/.exec(page.url.pathname)?.[0] ?? ''

    async function begin(): Promise<Tab> {
      const rp = await world().relyingParty('trusted')
      const tab = world().browser().tab()
      await tab.open((await rp.start()).url)
      return tab
    }

    it('is answered where nobody has proved anything', async () => {
      const tab = await begin()
      const url = new URL(`${baseOf(tab)}/confirm-app`, world().issuer)
      assertDecent(await post(tab, url, 'x'.repeat(10_000_000)), '10 MB')
      await assail(tab, baseOf(tab), answers)
    })

    it('is answered where a second step is asked for, and leads nowhere', async () => {
      const { person } = await enrolledPerson(world())
      const tab = await begin()
      await proveIdentity(tab, person)
      await tab.submit({}, 'Use your authenticator app')
      const asked = answers.filter((name) => name !== 'another')
      await assail(tab, baseOf(tab), asked)
      assert.equal((await tab.open(baseOf(tab))).heading, 'Confirm it’s you')
    })

    it('is answered in My account, and changes nothing of the app', async () => {
      const { person } = await enrolledPerson(world())
      const { main, app } = world()
      await app.tenants.update({ ...main, settings: { ...main.settings, second_factor: 'off' } })
      const { tab, home } = await openMyAccount(world(), person, 'two-step')
      await assail(tab, new URL(home).pathname, actions)
      const { tenantId, id } = person.account
      assert.equal(await app.totp.isEnrolled(tenantId, id), true)
    })
  },
  ['embedded'],
)
