import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { proveMailbox, signsIn } from '#test/support/recovery.ts'
import { openWorld } from '#test/support/world.ts'

const leaked = 'four quite unrelated words'
const fresh = 'quiet coffee pots everywhere'

/** A range API that knows one password, until it is told to fail. */
async function openService() {
  const digest = createHash('sha1').update(leaked).digest('hex').toUpperCase()
  const state = { isUp: true, asked: [] as string[] }
  const server = createServer(({ url = '' }, res) => {
    state.asked.push(url)
    if (!state.isUp) return void res.writeHead(500).end()
    const isTheirs = url === `/range/${digest.slice(0, 5)}`
    res.end(isTheirs ? `${digest.slice(5)}:42\r\n` : `${'0'.repeat(35)}:0\r\n`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/range`
  const close = () => new Promise((resolve) => server.close(resolve))
  return { state, url, [Symbol.asyncDispose]: async () => void (await close()) }
}

describe('a password known from a breach (Q28)', () => {
  it('is refused on the page that asks for one, in words; nothing is lost', async () => {
    await using service = await openService()
    await using world = await openWorld({ settings: { BREACHED_PASSWORDS_URL: service.url } })
    const { email } = await world.addAccount()
    const tab = world.browser().tab()
    await proveMailbox(world, tab, email)
    const refused = await tab.submit({ new_password: leaked })
    assert.match(refused.text, /That password is known from a data breach/)
    assert.match(refused.html, /aria-invalid="true"/)
    assert.ok(!refused.html.includes(leaked))
    assert.equal((await tab.submit({ new_password: fresh })).heading, 'Password changed')

    const before = service.state.asked.length
    assert.equal(await signsIn(world, world.main, { email, password: fresh }), true)
    assert.equal(service.state.asked.length, before, 'no sign-in asks')
  })

  it('is taken when the service does not answer: a failure is no refusal', async () => {
    await using service = await openService()
    await using world = await openWorld({ settings: { BREACHED_PASSWORDS_URL: service.url } })
    service.state.isUp = false
    const { email } = await world.addAccount()
    const tab = world.browser().tab()
    await proveMailbox(world, tab, email)
    assert.equal((await tab.submit({ new_password: leaked })).heading, 'Password changed')
    assert.equal(await signsIn(world, world.main, { email, password: leaked }), true)
  })
})
