import assert from 'node:assert/strict'
import { requester } from './passkeys.ts'
import { createAuthenticator, type Authenticator } from './authenticator.ts'
import type { Tab } from './browser.ts'
import { csrfOf } from './my-account.ts'
import type { Person, World } from './world.ts'

/** Puts a passkey in an account, as its page would, without a page. */
export async function givePasskey(
  world: World,
  person: Person,
  settings: object = {},
): Promise<Authenticator> {
  const { tenantId, id: accountId } = person.account
  const tenant = (await world.app.tenants.findById(tenantId)) ?? assert.fail('no tenant')
  const authenticator = createAuthenticator({ origin: new URL(tenant.issuer).origin, ...settings })
  const binding = 'account:test'
  const { passkeys } = world.app
  const options = await passkeys.offer({ tenant, account: person.account, binding })
  const provedAt = Math.floor(world.clock.now() / 1000)
  const asked = { tenant, accountId, requester, binding, provedAt }
  const added = await passkeys.add({ ...asked, credential: authenticator.create(options) })
  assert.equal(added.kind, 'added')
  return authenticator
}

/** What the script of a sign-in page gets for the form that this tab shows. */
export async function passkeyOptions(world: World, tab: Tab): Promise<object> {
  const address = /data-options="([^"]+)"/.exec(tab.page.html)?.[1] ?? assert.fail(tab.page.text)
  const url = new URL(address, tab.page.url)
  const answer = await world.transport.fetch(url, {
    method: 'POST',
    headers: { cookie: tab.cookieHeader(url), 'sec-fetch-site': 'same-origin', origin: 'null' },
    body: new URLSearchParams({ csrf: csrfOf(tab.page) }),
  })
  assert.equal(answer.status, 200)
  return (await answer.json()) as object
}

/** Answers with a passkey where this tab is. */
export async function usePasskey(world: World, tab: Tab, authenticator: Authenticator) {
  return tab.submit({ credential: authenticator.get(await passkeyOptions(world, tab)) })
}
