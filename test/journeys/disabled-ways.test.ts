import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { calculatePKCECodeChallenge, randomPKCECodeVerifier } from 'openid-client'
import { brandId, type ClientId } from '#kit/ids.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { apiOf, type Api } from '#test/support/api.ts'
import type { Page, Tab } from '#test/support/browser.ts'
import { enrolledPerson } from '#test/support/enrolled.ts'
import { comeBack, connect, follow } from '#test/support/foreign-sign-in.ts'
import { startLyingProvider, type LyingProvider } from '#test/support/lying-provider.ts'
import { passkeyOptions } from '#test/support/passkey-sign-in.ts'
import { proveIdentity } from '#test/support/person.ts'
import type { Answer } from '#test/support/protocol.ts'
import type { Attempt, RelyingParty, TestClient } from '#test/support/relying-party.ts'
import type { World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const by = { actor: { kind: 'cli' } } as const
let stages = 0

type Stage = Awaited<ReturnType<typeof open>>

/** Somebody with every factor and somebody with an account elsewhere, each in the middle of every way in there is. */
async function open(world: World, provider: LyingProvider) {
  stages += 1
  const tenant = await world.addTenant(`ways-${stages}`)
  const rights = { first_party: true, api_login: true, upstream_tokens: true }
  const client = await world.addClient('spa', rights, tenant)
  const about = { world, provider, tenant, client, api: apiOf(world, client) }
  const rp = await world.relyingParty(await world.addClient('trusted', {}, tenant))
  /** A browser at the first page of an application. */
  const visit = async () => {
    const attempt = await rp.start()
    const tab = world.browser().tab()
    await tab.open(attempt.url)
    return { attempt, tab, rp }
  }
  const strong = await inTheMiddle(about, visit)
  const other = await fromElsewhere(about, visit)
  const { person } = strong.enrolled
  const tenantId = tenant.id
  const owners = [person.account.id, other.accountId].map((id) => ({ tenantId, id }))
  return { ...about, strong, other, owners }
}

type About = {
  readonly world: World
  readonly provider: LyingProvider
  readonly tenant: Tenant
  readonly client: TestClient
  readonly api: Api
}
type Visit = () => Promise<{
  readonly attempt: Attempt
  readonly tab: Tab
  readonly rp: RelyingParty
}>

async function inTheMiddle({ world, tenant, api }: About, visit: Visit) {
  const enrolled = await enrolledPerson(world, tenant)
  const { person } = enrolled
  const remembered = await visit()
  await proveIdentity(remembered.tab, person)
  await remembered.tab.submit({}, 'Use your authenticator app')
  assert.ok(
    (await remembered.tab.submit({ code: await enrolled.code(), trust: 'yes' })).isElsewhere,
  )
  const atSecond = await visit()
  await proveIdentity(atSecond.tab, person)
  await atSecond.tab.submit({}, 'Use your authenticator app')
  const first = await visit()
  const atFirst = { ...first, options: await passkeyOptions(world, first.tab) }
  const { details } = (await api.logIn(person)).json['error'] as { details: { handle: string } }
  const challenge = await api.asClient('/passkeys/sign-in/options', {})
  const asked = challenge.json as { options: object; handle: string }
  return { enrolled, remembered, atSecond, atFirst, waiting: details.handle, asked }
}

async function fromElsewhere(about: About, visit: Visit) {
  const { world, provider, tenant, client, api } = about
  const who = { sub: `ways${stages}`, email: `ways${stages}@peer.test` }
  const given = { access_token: `over-there-${stages}`, scope: 'openid', expires_in: 3600 }
  provider.lie({
    claims: (claims) => void Object.assign(claims, who),
    tokens: (all) => void (all['id_token'] !== undefined && Object.assign(all, given)),
  })
  const connection = await connect(world, provider, { stores_tokens: true }, tenant)
  const path = `/auth/sso/${connection.id}`

  /** By the API, up to the code that is worth tokens: how to redeem it. */
  async function arrive() {
    const verifier = randomPKCECodeVerifier()
    const { clientId: client_id, redirectUri: redirect_uri } = client
    const challenge = await calculatePKCECodeChallenge(verifier)
    const query = { client_id, redirect_uri, code_challenge: challenge }
    const search = new URLSearchParams({ ...query, code_challenge_method: 'S256' })
    const sent = await api.get(`${path}/authorize?${search.toString()}`)
    const tab = world.browser().tab()
    const { url } = await tab.open(sent.text('authorization_url'))
    const back = await comeBack(tab, url, provider.authorize(url.href))
    const code = back.url.searchParams.get('code') ?? assert.fail(back.text)
    const redeemed = new URLSearchParams({ client_id, code, code_verifier: verifier })
    return () => api.get(`${path}/callback?${redeemed.toString()}`)
  }

  const token = (await (await arrive())()).text('access_token')
  const account = await world.app.accounts.findByEmail(tenant.id, who.email)
  const away = await visit()
  const { url } = await follow(away.tab, connection)
  const answer = provider.authorize(url.href)
  return {
    accountId: account?.id ?? assert.fail('no account'),
    connection,
    redeem: await arrive(),
    /** What the other side let us do, for an application. */
    askForTokens: () => api.post(`${path}/token`, { token }),
    away: { ...away, comeBack: () => comeBack(away.tab, url, answer) },
  }
}

/** Each says whether it still lets its person in. */
const paths = {
  'an account elsewhere': async ({ other: { away, accountId } }: Stage) => {
    const page = await away.comeBack()
    if (!hasCode(page)) return false
    return (await away.attempt.finish(page.url)).claims()?.sub === accountId
  },
  'an account elsewhere at the API': async ({ other }: Stage) => isIn(await other.redeem()),
  'what is allowed elsewhere': async ({ other }: Stage) => isIn(await other.askForTokens()),
  'a passkey at the API': async ({ api, strong: { enrolled, asked } }: Stage) => {
    const credential = JSON.parse(enrolled.authenticator.get(asked.options)) as unknown
    const shown = { handle: asked.handle, credential }
    return isIn(await api.asClient('/passkeys/sign-in/verify', shown))
  },
  'a passkey on the pages': async ({ strong: { enrolled, atFirst } }: Stage) => {
    const credential = enrolled.authenticator.get(atFirst.options)
    return hasCode(await atFirst.tab.submit({ credential }))
  },
  'a second step that waits at the API': async ({ api, strong: { enrolled, waiting } }: Stage) => {
    const code = await enrolled.code()
    return isIn(await api.asClient('/auth/login/2fa', { handle: waiting, method: 'totp', code }))
  },
  'a second step that waits on the pages': async ({ strong: { enrolled, atSecond } }: Stage) =>
    hasCode(await atSecond.tab.submit({ code: await enrolled.code() })),
  'a password on a trusted device': async ({ strong: { enrolled, remembered } }: Stage) => {
    const { tab, rp } = remembered
    await tab.open((await rp.start({ prompt: 'select_account' })).url)
    return tab.page.status === 200 && hasCode(await proveIdentity(tab, enrolled.person))
  },
} as const

function isIn({ status, body }: Answer): boolean {
  assert.ok(status < 500, `${status} ${body}`)
  return status === 200
}

function hasCode({ status, isElsewhere, url, text }: Page): boolean {
  assert.ok(isElsewhere || status < 500, text)
  return isElsewhere && url.searchParams.has('code')
}

type Path = keyof typeof paths

const all = Object.keys(paths) as Path[] // of the table above
const onPages = all.filter((path) => !/API|allowed/.test(path))
const elsewhere = all.filter((path) => /elsewhere/.test(path))
/** Of what was begun before the end, the one way that says anew what was proved. */
const unproved: readonly Path[] = ['an account elsewhere']

const setStatus = ({ world, owners }: Stage, status: 'active' | 'disabled') =>
  Promise.all(
    owners.map(({ tenantId, id }) => world.app.accounts.setStatus(tenantId, id, status, by.actor)),
  )

async function leave({ world, owners }: Stage): Promise<void> {
  for (const { tenantId, id } of owners) await world.app.departures.leave(tenantId, id, by)
}

const endings: readonly (readonly [
  what: string,
  open: readonly Path[],
  end: (stage: Stage) => Promise<unknown>,
])[] = [
  ['nothing', all, async () => undefined],
  ['disabled accounts', [], (stage) => setStatus(stage, 'disabled')],
  [
    'disabled accounts that are enabled again',
    unproved,
    async (stage) => {
      await setStatus(stage, 'disabled')
      await setStatus(stage, 'active')
      await stage.world.pass(1) // the very second of the end counts as before it
    },
  ],
  ['accounts that are leaving', [], leave],
  [
    'erased accounts',
    [],
    async (stage) => {
      const { world, owners } = stage
      await leave(stage)
      const leaves_at = new Date(world.clock.now() - 1000)
      const { knex } = world.app.database
      for (const { id } of owners) await knex('accounts').where({ id }).update({ leaves_at })
      const erased = await world.app.departures.eraseLeft(world.clock.now() / 1000, 100)
      assert.ok(erased >= owners.length)
    },
  ],
  [
    'accounts of which everything was ended',
    unproved,
    async ({ world, owners }) => {
      for (const owner of owners) await world.app.sessions.endAll(owner, by)
      await world.pass(1)
    },
  ],
  [
    'factors an operator has reset',
    [...elsewhere, 'a password on a trusted device'], // a password is all there is
    async ({ world, tenant, strong }) => {
      const accountId = strong.enrolled.person.account.id
      await world.app.factorResets.reset({ tenant, accountId, ...by })
      await world.pass(1)
    },
  ],
  [
    'a disabled connection',
    all.filter((path) => !elsewhere.includes(path)),
    async ({ world, tenant, other }) => {
      const write = { kind: 'changes', changes: { status: 'disabled' } } as const
      const named = { tenantId: tenant.id, id: other.connection.id, origin: 'seed' } as const
      const saved = await world.app.connections.update({ ...named, ...by, write })
      assert.equal(saved.outcome, 'saved')
      await world.pass(2)
    },
  ],
  [
    'a disabled application of the API',
    onPages,
    ({ world, tenant, client }) =>
      world.app.clients.setStatus(tenant.id, brandId<ClientId>(client.clientId), 'disabled'),
  ],
  [
    'a disabled tenant',
    [],
    async ({ world, tenant }) => {
      await world.app.tenants.update({ ...tenant, status: 'disabled' })
    },
  ],
]

describeInWorlds('of what is ended, every other way in is shut (Q17, Q18):', (world) => {
  let provider: LyingProvider
  before(async () => {
    provider = await startLyingProvider()
  })
  after(() => provider[Symbol.asyncDispose]())

  for (const [what, mayPass, end] of endings)
    it(what, async () => {
      const stage = await open(world(), provider)
      await end(stage)
      for (const path of all) assert.equal(await paths[path](stage), mayPass.includes(path), path)
    })
})
