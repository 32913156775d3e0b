import assert from 'node:assert/strict'
import { createNewcomer } from '#test/support/demo.ts'
import { createTransport } from '#test/support/transport.ts'

/**
 * What a newcomer does first: click "Sign in" in the demo application of a running `npm start`, sign in as Ada, allow; then
 * "Sign in at Acme", as who has an account elsewhere. Prints the subjects of the ID tokens that the application then shows.
 */
const issuer = 'http://localhost:3000'
const application = 'http://127.0.0.1:3001'
const identityProvider = 'http://127.0.0.1:3002'

const discovery = await fetch(`${issuer}/.well-known/openid-configuration`)
assert.equal(discovery.status, 200)
assert.equal(((await discovery.json()) as { issuer: string }).issuer, issuer)

using transport = createTransport({ issuer, port: Number(new URL(issuer).port) })
const places = { issuer, application, identityProvider }
const ada = await createNewcomer(transport, places).asAda()
const grace = await createNewcomer(transport, places).asPartner(/Grace Hopper/)
const employee = await createNewcomer(transport, places).asEmployee('ada@acme.test', /Ada Lovelace/)
process.stdout.write(`${ada.subject} ${grace.subject} ${employee.subject}\n`)
