import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import { approveDevice, pollDevice, postAs, startDevice } from '#test/support/device.ts'
import type { Tab } from '#test/support/browser.ts'
import { startLogoutListener } from '#test/support/logout-listener.ts'
import type { LogoutListener } from '#test/support/logout-listener.ts'
import { signInTo } from '#test/support/person.ts'
import { errorOf } from '#test/support/relying-party.ts'
import type { Attempt, RelyingParty, TestClient, Tokens } from '#test/support/relying-party.ts'
import type { Transport } from '#test/support/transport.ts'
import { opaqueApi } from '#test/support/world-clients.ts'
import type { Person, World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import type { SessionUid } from '#kit/ids.ts'
import type { SessionOwner } from '#session/session.ts'

const by = { actor: { kind: 'cli' } } as const
const device = 'urn:ietf:params:oauth:grant-type:device_code'
const offline = { scope: 'openid offline_access', prompt: 'consent' }

/** One browser of a person, with something of every kind. */
type Seat = {
  readonly uid: SessionUid
  readonly tab: Tab
  readonly bound: Tokens
  readonly lasting: Tokens
  readonly forApi: Tokens
  readonly onDevice: string
  readonly code: { readonly attempt: Attempt; readonly back: URL }
}

type Apps = {
  readonly client: TestClient
  readonly rp: RelyingParty
  readonly other: RelyingParty
  readonly reader: RelyingParty
}

async function prepareApps(world: World, listener: LogoutListener): Promise<Apps> {
  const client = await world.addClient('trusted', {
    grant_types: ['authorization_code', 'refresh_token', device],
    backchannel_logout_uri: listener.url,
    backchannel_logout_session_required: true,
    userinfo_signed_response_alg: 'ES256',
  })
  return {
    client,
    rp: await world.relyingParty(client),
    other: await world.relyingParty(await world.addClient('trusted', {})),
    reader: await world.relyingParty('reader'),
  }
}

async function sitDown(world: World, apps: Apps, person: Person): Promise<Seat> {
  const owner = { tenantId: person.account.tenantId, id: person.account.id }
  const before = await world.app.sessions.list(owner)
  const tab = world.browser().tab()
  const here = { world, tab }
  const { tokens: bound } = await signInTo(apps.rp, person, here)
  const { tokens: lasting } = await signInTo(apps.other, person, { ...here, parameters: offline })
  const { tokens: forApi } = await signInTo(apps.rp, person, {
    ...here,
    parameters: { scope: 'openid read', resource: opaqueApi },
    redeem: { resource: opaqueApi },
  })
  const started = await startDevice(world, apps.client, 'openid offline_access')
  await approveDevice(tab, started, person)
  const polled = await pollDevice(world, apps.client, started.device_code)
  assert.equal(polled.status, 200, JSON.stringify(polled.body))
  const attempt = await apps.rp.start()
  const { url: back } = await tab.open(attempt.url)
  const all = await world.app.sessions.list(owner)
  const added = all.filter(({ uid }) => !before.some((one) => one.uid === uid))
  assert.equal(added.length, 1, 'one session, however many applications')
  const uid = added[0]?.uid as SessionUid // length 1
  const onDevice = String(polled.body['refresh_token'])
  return { uid, tab, bound, lasting, forApi, onDevice, code: { attempt, back } }
}

/** What each path says of a seat: true where it still lets its person in. */
type Path = (seat: Seat, world: World, apps: Apps, transport: Transport) => Promise<boolean>

const isRefused = async (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => false,
    async (error: unknown) => {
      assert.equal((await errorOf(Promise.reject(error))).error, 'invalid_grant')
      return true
    },
  )

const paths: Readonly<Record<string, Path>> = {
  'a refresh token of the session': async ({ bound }, _world, { rp }) =>
    !(await isRefused(rp.refresh(String(bound.refresh_token)))),
  'a refresh token with offline_access': async ({ lasting }, _world, { other }) =>
    !(await isRefused(other.refresh(String(lasting.refresh_token)))),
  'a refresh token of a device it connected': async ({ onDevice }, world, { client }) => {
    const form = { grant_type: 'refresh_token', refresh_token: onDevice }
    return (await postAs(world, client, { path: '/token', form })).status === 200
  },
  'a code on its way': async ({ code }, _world, _apps) =>
    !(await isRefused(code.attempt.finish(code.back))),
  'an opaque token at its API': async ({ forApi }, _world, { reader }) =>
    (await reader.introspect(forApi.access_token)).active,
  'introspection by its owner': async ({ lasting }, _world, { other }) =>
    (await other.introspect(lasting.access_token)).active,
  'a signed userinfo': async ({ bound }, world) => {
    const headers = { authorization: `Bearer ${bound.access_token}` }
    const answer = await world.transport.fetch(`${world.issuer}/userinfo`, { headers })
    const isJwt = answer.headers.get('content-type')?.includes('application/jwt') ?? false
    assert.ok(answer.status === 401 || isJwt, String(answer.status))
    return answer.status === 200
  },
  'a silent sign-in, of every process': async ({ tab }, world, { rp }, transport) => {
    const { url } = await rp.start({ prompt: 'none' })
    const headers = { cookie: tab.cookieHeader(new URL(world.issuer)) }
    const elsewhere = await transport.fetch(url, { headers })
    const location = new URL(elsewhere.headers.get('location') ?? '')
    const here = await tab.open((await rp.start({ prompt: 'none' })).url)
    const errors = [location, here.url].map(({ searchParams }) => searchParams.get('error'))
    assert.equal(errors[0], errors[1])
    assert.ok(errors[0] === null || errors[0] === 'login_required', String(errors[0]))
    return errors[0] === null
  },
}

type Ending = (
  app: World['app'],
  owner: SessionOwner,
  seats: { readonly here: Seat; readonly there: Seat },
) => Promise<unknown>

const endings: readonly (readonly [
  what: string,
  end: Ending,
  dead: readonly ('here' | 'there')[],
])[] = [
  [
    'one session',
    ({ sessions }, owner, { there }) => sessions.end(owner, there.uid, by),
    ['there'],
  ],
  [
    'all other sessions',
    ({ sessions }, owner, { here }) => sessions.endOthers(owner, here.uid, by),
    ['there'],
  ],
  ['all sessions', ({ sessions }, owner) => sessions.endAll(owner, by), ['here', 'there']],
]

describeInWorlds(
  'what is ended is refused on every path, by every process (Q17, Q65):',
  (world) => {
    /** Another process of the installation, where the stores can be shared. */
    async function another() {
      const isEmbedded = world().app.database.kind === 'embedded'
      return isEmbedded ? { app: world().app, transport: world().transport } : world().sibling()
    }

    for (const [what, end, dead] of endings)
      describe(what, () => {
        it('ends at once, with all that hangs on it, and nothing else', async () => {
          await using listener = await startLogoutListener()
          const apps = await prepareApps(world(), listener)
          const person = await world().addAccount()
          const owner = { tenantId: person.account.tenantId, id: person.account.id }
          const here = await sitDown(world(), apps, person)
          const there = await sitDown(world(), apps, person)
          const stranger = await sitDown(world(), apps, await world().addAccount())
          const process = await another()

          await end(process.app, owner, { here, there })

          const seats = { here, there, stranger }
          for (const [place, seat] of Object.entries(seats)) {
            const lives = !dead.some((one) => one === place)
            for (const [path, isOpen] of Object.entries(paths))
              assert.equal(
                await isOpen(seat, world(), apps, process.transport),
                lives,
                `${place}: ${path}`,
              )
          }
          const left = await world().app.sessions.list(owner)
          assert.deepEqual(
            left.map(({ uid }) => uid),
            [here.uid].filter(() => !dead.includes('here')),
          )

          await world().web.logoutDelivery.runOnce()
          const told = new Set(listener.tokens.map((token) => decodeJwt(token)['sid']))
          const sidOf = ({ bound }: Seat) => bound.claims()?.['sid']
          assert.deepEqual(told, new Set(dead.map((place) => sidOf(seats[place]))))
        })
      })
  },
)
