import assert from 'node:assert/strict'
import type { Tenant } from '#tenant/tenant.ts'
import type { Page, Tab } from './browser.ts'
import { mailsTo } from './mail.ts'
import { requesterFrom } from './password-login.ts'
import type { World } from './world.ts'

/** The six digits of the newest mail to an address. */
export async function codeFor(world: World, email: string): Promise<string> {
  const [mail] = await mailsTo(world, email)
  const [, left, right] = /(\d{3}) (\d{3})/.exec(mail?.subject ?? '') ?? []
  assert.ok(left !== undefined && right !== undefined, `no code was mailed to ${email}`)
  return left + right
}

/** From the first page to the one that asks for the code. */
export async function askForCode(tab: Tab, email: string, base = ''): Promise<Page> {
  await tab.open(`${base}/recover`)
  return tab.submit({ email })
}

/** From the first page to the one that asks for the new password. */
export async function proveMailbox(world: World, tab: Tab, email: string): Promise<Page> {
  await askForCode(tab, email)
  return tab.submit({ code: await codeFor(world, email) })
}

let hosts = 0

/** True when this password signs in, tried from a host of its own. */
export async function signsIn(
  world: World,
  tenant: Tenant,
  person: { readonly email: string; readonly password: string },
): Promise<boolean> {
  hosts += 1
  const requester = requesterFrom(`10.9.${hosts >>> 8}.${hosts & 255}`)
  const { email, password } = person
  const verdict = await world.app.passwords.verify({ tenant, email, password, requester })
  return verdict.kind === 'proved'
}

/** Posts to a step with the token of the page at hand, whatever that page asks. */
export async function postStep(
  world: World,
  tab: Tab,
  step: string,
  fields: Readonly<Record<string, string>>,
): Promise<Response> {
  const csrf = tab.page.forms.flatMap(({ fields }) => fields).find(({ name }) => name === 'csrf')
  const url = new URL(`${world.issuer}/recover/${step}`)
  return world.transport.fetch(url.href, {
    method: 'POST',
    headers: { cookie: tab.cookieHeader(url) },
    body: new URLSearchParams({ ...fields, csrf: csrf?.value ?? '' }),
  })
}
