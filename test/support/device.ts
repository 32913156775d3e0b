import assert from 'node:assert/strict'
import type { Tab } from './browser.ts'
import { isConsent, proveIdentity } from './person.ts'
import type { TestClient } from './relying-party.ts'
import type { Person, World } from './world.ts'

/** What a device shows and keeps (RFC 8628 §3.2). */
export type DeviceStart = {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete: string
  readonly interval?: number
}

export type Answer = {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** A form to an endpoint of a client that has a secret or is public. */
export async function postAs(
  world: World,
  client: TestClient,
  request: { readonly path: string; readonly form: Readonly<Record<string, string>> },
): Promise<Answer> {
  const { clientId, secret, tenant } = client
  const basic = secret === undefined ? undefined : `Basic ${btoa(`${clientId}:${secret}`)}`
  const response = await world.transport.fetch(`${tenant.issuer}${request.path}`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, ...request.form }),
    headers: basic === undefined ? {} : { authorization: basic },
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return {
    status: response.status,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text },
  }
}

export async function startDevice(
  world: World,
  client: TestClient,
  scope = 'openid',
): Promise<DeviceStart> {
  const { status, body } = await postAs(world, client, {
    path: '/device_authorization',
    form: { scope },
  })
  assert.equal(status, 200, JSON.stringify(body))
  return body as unknown as DeviceStart // RFC 8628 §3.2
}

export function pollDevice(world: World, client: TestClient, code: string): Promise<Answer> {
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: code,
  }
  return postAs(world, client, { path: '/token', form })
}

/** The person types the code, agrees that it is theirs, and signs in where needed. */
export async function approveDevice(tab: Tab, start: DeviceStart, person: Person): Promise<void> {
  await tab.open(start.verification_uri)
  await tab.submit({ user_code: start.user_code })
  let page = await tab.submit({}, 'Connect')
  if (page.forms.some(({ fields }) => fields.some(({ name }) => name === 'email')))
    page = await proveIdentity(tab, person)
  if (isConsent(page)) page = await tab.submit({}, 'Allow')
  assert.match(page.heading, /^Device connected$/)
}
