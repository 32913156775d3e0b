import assert from 'node:assert/strict'
import { createBrowser } from '#test/support/browser.ts'
import { createTransport } from '#test/support/transport.ts'

/**
 * What a newcomer does first: click "Sign in" in the demo application of a running `npm start`, sign in as Ada, allow.
 * Prints the subject of the ID token that the application then shows.
 */
const [issuer = 'http://localhost:3000', demo = 'http://127.0.0.1:3001'] = process.argv.slice(2)

const discovery = await fetch(`${issuer}/.well-known/openid-configuration`)
assert.equal(discovery.status, 200)
assert.equal(((await discovery.json()) as { issuer: string }).issuer, issuer)

using transport = createTransport({ issuer, port: Number(new URL(issuer).port) })
const application = createBrowser(transport, demo).tab()
const provider = createBrowser(transport, issuer).tab()

await application.open('/')
const request = await application.submit({}, 'Sign in')
await provider.open(request.url)
await provider.submit({ email: 'ada@example.test' })
let page = await provider.submit({ password: 'correct-horse-battery' })
if (!page.isElsewhere) page = await provider.submit({}, 'Allow')
assert.ok(page.isElsewhere, `still at ${page.url.pathname}: ${page.text}`)

const shown = await application.open(page.url)
const subject = /"sub": "([^"]+)"/.exec(shown.text)?.[1]
assert.ok(subject, shown.text)
process.stdout.write(`${subject}\n`)
