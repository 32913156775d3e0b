import assert from 'node:assert/strict'
import { it, mock } from 'node:test'
import type { Statement } from '#storage/storage.ts'
import { isConsent, signIn, signInTo } from '#test/support/person.ts'
import { api } from '#test/support/world-clients.ts'
import type { World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

type Trips = {
  /** Steps of the artifact stores, by name. */
  readonly steps: readonly string[]
  /** Whatever else asked the database: a look-up that should have been remembered. */
  readonly others: readonly string[]
}

/** What `work` asks the stores. Clients, keys, tenants and accounts are remembered, and time stands still. */
async function tripsOf(world: World, work: () => Promise<unknown>): Promise<Trips> {
  const { artifacts, database, ephemeral } = world.app
  const steps: string[] = []
  const others: string[] = []
  const spies = [
    ...(['find', 'upsert', 'update', 'insert', 'consume', 'expire', 'destroy'] as const).map(
      (name) => spyOn(artifacts, name, ([, what]) => steps.push(`${modelOf(what)}.${name}`)),
    ),
    spyOn(artifacts, 'findByUid', () => steps.push('Session.findByUid')),
    spyOn(artifacts, 'destroyByGrant', () => steps.push('destroyByGrant')),
    ...(['put', 'add', 'get', 'take', 'swap', 'remove'] as const).map((name) =>
      spyOn(ephemeral, name, () => others.push(`ephemeral.${name}`)),
    ),
  ]
  spies.push(
    spyOn(database.statements, 'run', ([statement]) => {
      const { name } = statement as Statement
      // steps of the stores above
      if (!/^(?:oidc|ephemeral)\./.test(name)) others.push(name)
    }),
  )
  const onQuery = ({ sql }: { sql: string }) => others.push(sql)
  database.knex.on('query', onQuery)
  try {
    await work()
  } finally {
    database.knex.off('query', onQuery)
    for (const spy of spies) spy()
  }
  return { steps, others }
}

function spyOn<Target extends object>(
  target: Target,
  name: keyof Target,
  note: (args: readonly unknown[]) => void,
): () => void {
  const original = target[name] as (...args: readonly unknown[]) => unknown // only methods are spied on
  const spied = mock.method(
    target,
    name as never,
    ((...args: readonly unknown[]) => {
      note(args)
      return original(...args)
    }) as never,
  ) as unknown as { mock: { restore(): void } } // its types want each method's own
  return () => spied.mock.restore()
}

function modelOf(what: unknown): string {
  return typeof what === 'string' ? what : (what as { model: string }).model
}

describeInWorlds('the round trips of a request', (world) => {
  const offline = { scope: 'openid offline_access', prompt: 'consent' }

  async function signedIn() {
    const rp = await world().relyingParty('web')
    const { tab, tokens } = await signInTo(rp, world().people.ada, {
      world: world(),
      parameters: offline,
    })
    return { rp, tab, tokens }
  }

  it('are none for discovery and keys', async () => {
    const { issuer, transport } = world()
    const ask = async () => {
      for (const path of ['/.well-known/openid-configuration', '/jwks'])
        await transport.fetch(issuer + path)
    }
    await ask()
    assert.deepEqual(await tripsOf(world(), ask), { steps: [], others: [] })
  })

  it('are none for a machine that gets a JWT', async () => {
    const rp = await world().relyingParty('machine')
    const ask = () => rp.machineToken({ resource: api, scope: 'read' })
    await ask()
    assert.deepEqual(await tripsOf(world(), ask), { steps: [], others: [] })
  })

  it('are three for /authorize with a live session, whose touch is not worth a write', async () => {
    const { rp, tab } = await signedIn()
    const attempt = await rp.start({ scope: 'openid' })
    const trips = await tripsOf(world(), () => tab.open(attempt.url))

    assert.ok(tab.page.isElsewhere && !isConsent(tab.page))
    assert.deepEqual(trips.others, [])
    assert.deepEqual(trips.steps, ['Session.find', 'Grant.find', 'AuthorizationCode.upsert'])
  })

  it('are four once the session has not been written for a minute', async () => {
    const { rp, tab } = await signedIn()
    await world().pass(61)
    const attempt = await rp.start({ scope: 'openid' })
    const trips = await tripsOf(world(), () => tab.open(attempt.url))

    assert.deepEqual(trips.steps, [
      'Session.find',
      'Grant.find',
      'AuthorizationCode.upsert',
      'Session.update',
    ])
  })

  it('are few for a password, through every page (R14)', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    const enter = async () => signIn(world().browser().tab(), (await rp.start()).url, person)
    await enter()
    const { steps, others } = await tripsOf(world(), enter)

    const of = (name: string) => others.filter((other) => other === name).length
    const said = others.join('\n')
    // counted and settled at once, read before and after the hash and nowhere else
    for (const name of ['passwords.find', 'accounts.find_by_email', 'login.factors'])
      assert.equal(of(name), 1, said)
    assert.ok(of('accounts.find') <= 2, said) // one of them for the engine, which may remember
    assert.ok(steps.length <= 15, steps.join('\n'))
    assert.ok(steps.length + others.length <= 40, `${steps.join('\n')}\n${said}`)
  })

  it('are five for a code', async () => {
    const rp = await world().relyingParty('web')
    const attempt = await rp.start(offline)
    const { url } = await signIn(world().browser().tab(), attempt.url, world().people.ada)
    const trips = await tripsOf(world(), () => attempt.finish(url))

    assert.deepEqual(trips, {
      steps: [
        'AuthorizationCode.find',
        'Grant.find',
        'AuthorizationCode.consume',
        'AccessToken.upsert',
        'RefreshToken.upsert',
      ],
      others: [],
    })
  })

  it('are five for a refresh', async () => {
    const { rp, tokens } = await signedIn()
    const trips = await tripsOf(world(), () => rp.refresh(String(tokens.refresh_token)))

    assert.deepEqual(trips, {
      steps: [
        'RefreshToken.find',
        'Grant.find',
        'RefreshToken.consume',
        'RefreshToken.upsert',
        'AccessToken.upsert',
      ],
      others: [],
    })
  })

  it('are two for userinfo', async () => {
    const { rp, tokens } = await signedIn()
    const trips = await tripsOf(world(), () => rp.userinfo(tokens))

    assert.deepEqual(trips, { steps: ['AccessToken.find', 'Grant.find'], others: [] })
  })

  it('are four for introspection without a hint', async () => {
    const { rp, tokens } = await signedIn()
    const trips = await tripsOf(world(), () => rp.introspect(tokens.access_token))

    assert.deepEqual(trips.others, [])
    assert.deepEqual(trips.steps.toSorted(), [
      'AccessToken.find',
      'ClientCredentials.find',
      'Grant.find',
      'RefreshToken.find',
    ])
  })
})
