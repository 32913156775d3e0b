import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Tab } from '#test/support/browser.ts'
import { codeIn, lastMail } from '#test/support/mail.ts'
import { csrfOf, isMyAccount, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { requesterFrom } from '#test/support/password-login.ts'
import { askForCode } from '#test/support/recovery.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import { password } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import { brandId } from '#kit/ids.ts'
import type { ClientId } from '#kit/ids.ts'
import type { SessionOwner } from '#session/session.ts'
import type { Tenant } from '#tenant/tenant.ts'

const by = { actor: { kind: 'cli' } } as const
const newPassword = 'quiet coffee pots everywhere'
const requester = requesterFrom('203.0.113.7')
let stages = 0

/** One person with something in progress on every way that needs no application's page. */
type Stage = {
  readonly world: World
  readonly tenant: Tenant
  readonly owner: SessionOwner
  readonly email: string
  readonly client: TestClient
  readonly mine: { readonly tab: Tab; readonly home: string }
  readonly token: string
  readonly refreshTokens: readonly [string, string]
  readonly signInCode: MailedCode
  readonly resetCode: MailedCode
  /** Where the new password is asked for. */
  readonly recovering: Tab
  readonly undo: string
}

type MailedCode = { readonly handle: string; readonly code: string }

type Answer = { readonly status: number; readonly json: Record<string, unknown> }

async function ask(
  { world, tenant, client }: Pick<Stage, 'world' | 'tenant' | 'client'>,
  path: string,
  { token, body }: { readonly token?: string; readonly body?: object },
): Promise<Answer> {
  const json = body && JSON.stringify({ client_id: client.clientId, ...body })
  const headers = {
    ...(json !== undefined && { 'content-type': 'application/json' }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
  const method = json === undefined ? 'GET' : 'POST'
  const address = `${tenant.issuer}/api/v1/auth/${path}`
  const answer = await world.transport.fetch(address, { method, headers, body: json })
  assert.ok(answer.status < 500, `${path}: ${answer.status}`)
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false
  return { status: answer.status, json: isJson ? JSON.parse(text) : {} }
}

async function open(world: World): Promise<Stage> {
  stages += 1
  const made = await world.addTenant(`matrix-${stages}`)
  const settings = { ...made.settings, email_code: 'offered' } as const
  await world.app.tenants.update({ ...made, settings })
  const tenant = (await world.app.tenants.findById(made.id)) ?? assert.fail('no tenant')
  const person = await world.addAccount(undefined, tenant)
  const owner = { tenantId: tenant.id, id: person.account.id }
  const { email, undo } = await moveAway(world, tenant, owner)
  const client = await world.addClient('spa', { first_party: true, api_login: true }, tenant)
  const about = { world, tenant, client }
  const logIn = async () => (await ask(about, 'login', { body: { email, password } })).json
  const [first, second] = [await logIn(), await logIn()]

  async function code(path: string): Promise<MailedCode> {
    await world.pass(1) // the newest mail is the one with the code
    const { json } = await ask(about, path, { body: { email } })
    const mail = await lastMail(world, tenant, email)
    return { handle: String(json['handle']), code: codeIn(mail) }
  }
  const signInCode = await code('magic-link')
  const resetCode = await code('forgot-password')
  await world.pass(1)
  const recovering = world.browser().tab()
  await askForCode(recovering, email, tenant.issuer)
  await recovering.submit({ code: codeIn(await lastMail(world, tenant, email)) })
  const mine = await openMyAccount(world, { ...person, email }, 'profile', { tenant })
  return {
    ...about,
    owner,
    email,
    mine,
    token: String(first['access_token']),
    refreshTokens: [String(first['refresh_token']), String(second['refresh_token'])],
    signInCode,
    resetCode,
    recovering,
    undo,
  }
}

/** Changes the address, so that there is a link that takes it back. */
async function moveAway(world: World, tenant: Tenant, { id: accountId }: SessionOwner) {
  const { emailChanges, accounts } = world.app
  const before = (await accounts.find(tenant.id, accountId)) ?? assert.fail('no account')
  const email = `moved-${stages}@example.test`
  const asked = { tenant, accountId, browser: 'b'.repeat(43), requester }
  const provedAt = Math.floor(world.clock.now() / 1000)
  const begun = await emailChanges.begin({ ...asked, email, provedAt })
  assert.ok(begun.kind === 'sent')
  const code = codeIn(await lastMail(world, tenant, email))
  const done = await emailChanges.confirm({ ...asked, handle: begun.handle, code })
  assert.equal(done.kind, 'changed')
  const mail = await lastMail(world, tenant, before.email)
  const [, undo] = /\/recover\/undo\/([\w-]{43})/.exec(mail?.text ?? '') ?? []
  assert.ok(undo !== undefined)
  await world.pass(601) // three codes may be mailed in ten minutes
  return { email, undo }
}

/** Each says whether it still lets its person do something. */
const paths = {
  'a form of My account': async ({ world, mine: { tab, home }, tenant }: Stage) => {
    const form = { csrf: csrfOf(tab.page), name: 'Changed' }
    const answer = await postByHand(world, tab, `${home}/profile`, { form })
    const { pathname } = new URL(tenant.issuer)
    const isDone = `${pathname}/account/profile`
    return answer.status === 303 && answer.headers.get('location') === isDone
  },
  'a page of My account': async ({ mine: { tab } }: Stage) => isMyAccount(await tab.reload()),
  'an access token of the API': async (stage: Stage) =>
    (await ask(stage, 'me', { token: stage.token })).status === 200,
  'a refresh token at the API': async (stage: Stage) => {
    const [refresh_token] = stage.refreshTokens
    return (await ask(stage, 'refresh', { body: { refresh_token } })).status === 200
  },
  'a refresh token of the API at the token endpoint': async (stage: Stage) => {
    const { world, tenant, client, refreshTokens } = stage
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: client.clientId,
      refresh_token: refreshTokens[1],
    })
    const { status } = await world.transport.fetch(`${tenant.issuer}/token`, {
      method: 'POST',
      body,
    })
    return status === 200
  },
  'a password at the API': async (stage: Stage) => {
    const { email } = stage
    return (await ask(stage, 'login', { body: { email, password } })).status === 200
  },
  'a code by mail at the API': async (stage: Stage) =>
    (await ask(stage, 'magic-link/verify', { body: stage.signInCode })).status === 200,
  'a lost password set anew at the API': async (stage: Stage) => {
    const body = { ...stage.resetCode, new_password: newPassword }
    return (await ask(stage, 'reset-password', { body })).status === 204
  },
  'a lost password set anew on the pages': async ({ recovering }: Stage) => {
    const page = await recovering.submit({ new_password: newPassword })
    assert.ok(page.status < 500, String(page.status))
    return page.heading === 'Password changed'
  },
  'the link that takes an address back': async ({ world, tenant, undo }: Stage) => {
    const tab = world.browser().tab()
    await tab.open(`${tenant.issuer}/recover/undo/${undo}`)
    assert.ok(tab.page.status < 500, String(tab.page.status))
    if (tab.page.forms.length === 0) return false
    return (await tab.submit({}, 'Undo the change')).heading === 'The change was undone'
  },
} as const

type Path = keyof typeof paths

/** Each of them ends what the others would use: where several are open, each gets a stage of its own. */
const isEnding = (path: Path): boolean => /lost password|address back/.test(path)

const all = Object.keys(paths) as Path[] // of the table above
const notTheApi = all.filter((path) => !path.includes('API'))
const notMine = all.filter((path) => !path.includes('My account'))

const endings: readonly (readonly [
  what: string,
  open: readonly Path[],
  end: (stage: Stage) => Promise<unknown>,
])[] = [
  ['nothing', all, async () => undefined],
  [
    'a disabled account',
    [],
    ({ world, owner }) =>
      world.app.accounts.setStatus(owner.tenantId, owner.id, 'disabled', by.actor),
  ],
  [
    'a disabled account that is enabled again',
    ['a password at the API', 'the link that takes an address back'],
    async ({ world, owner }) => {
      const { accounts } = world.app
      await accounts.setStatus(owner.tenantId, owner.id, 'disabled', by.actor)
      await accounts.setStatus(owner.tenantId, owner.id, 'active', by.actor)
      await world.pass(1) // the very second of the end counts as before it
    },
  ],
  [
    'an account that is leaving',
    ['the link that takes an address back'],
    ({ world, owner }) => world.app.departures.leave(owner.tenantId, owner.id, by),
  ],
  [
    'an erased account',
    [],
    async ({ world, owner }) => {
      const { departures, database } = world.app
      await departures.leave(owner.tenantId, owner.id, by)
      const leaves_at = new Date(world.clock.now() - 1000)
      await database.knex('accounts').where({ id: owner.id }).update({ leaves_at })
      assert.ok((await departures.eraseLeft(Math.floor(world.clock.now() / 1000), 100)) >= 1)
    },
  ],
  [
    'an account of which everything was ended',
    ['a password at the API', 'the link that takes an address back'],
    async ({ world, owner }) => {
      await world.app.sessions.endAll(owner, by)
      await world.pass(1)
    },
  ],
  [
    'the session of My account',
    notMine,
    async ({ world, owner }) => {
      const { sessions } = world.app
      const mine = (await sessions.list(owner)).filter(({ clientIds }) =>
        clientIds.some((id) => id === 'signet-account'),
      )
      for (const { uid } of mine) assert.equal(await sessions.end(owner, uid, by), 'ended')
    },
  ],
  [
    'a disabled application',
    notTheApi,
    ({ world, owner, client }) =>
      world.app.clients.setStatus(owner.tenantId, brandId<ClientId>(client.clientId), 'disabled'),
  ],
  [
    'a disabled tenant',
    [],
    ({ world, tenant }) => world.app.tenants.update({ ...tenant, status: 'disabled' }),
  ],
]

describeInWorlds('of what is ended, every way of a person’s own is shut (Q17, Q18):', (world) => {
  for (const [what, mayPass, end] of endings)
    it(what, async () => {
      const openEnding = mayPass.filter(isEnding)
      const [last] = openEnding
      const stage = await open(world())
      await end(stage)
      const inOneStage = all.filter((path) => !openEnding.includes(path))
      for (const path of last === undefined ? inOneStage : [...inOneStage, last])
        assert.equal(await paths[path](stage), mayPass.includes(path), path)
      for (const path of openEnding.slice(1)) {
        const another = await open(world())
        await end(another)
        assert.equal(await paths[path](another), true, path)
      }
    })
})
