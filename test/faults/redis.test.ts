import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { checkedAnswer, eventually, probes, publishedProbes } from '#test/support/outage.ts'
import type { ProbeInput } from '#test/support/outage.ts'
import { signIn } from '#test/support/person.ts'
import { authorizationRequest, obtainCode, wireOf } from '#test/support/protocol.ts'
import { hasPostgres, hasRedis, sharedPostgres, startRedis } from '#test/support/servers.ts'
import type { TestServer } from '#test/support/servers.ts'
import { createEmptyDatabase } from '#test/support/databases.ts'
import { openWorld } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

describe('Redis fails (R3, R4)', { skip: !(hasPostgres() && hasRedis()) }, () => {
  let redis: TestServer
  let world: World
  let known: ProbeInput

  before(async () => {
    const server = await startRedis()
    const postgres = await sharedPostgres()
    assert.ok(server && postgres)
    redis = server
    const settings = { DATABASE_URL: await createEmptyDatabase(postgres), REDIS_URL: redis.url }
    world = await openWorld({ settings })
    for (const { run } of publishedProbes(world)) await run()
    const browser = world.browser()
    known = { browser, ...(await tokensOf(browser.tab())) }
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    await redis[Symbol.asyncDispose]()
  })

  async function tokensOf(tab: ReturnType<ProbeInput['browser']['tab']>) {
    const client = world.client('trusted')
    const { fields } = await obtainCode(world, client, { tab })
    const tokens = await wireOf(world, client).post('/token', fields)
    return {
      accessToken: tokens.text('access_token'),
      refreshToken: tokens.text('refresh_token'),
    }
  }

  async function checkEverything(): Promise<void> {
    await world.pass(2).catch(() => undefined) // it ages Redis along, which is not there
    await Promise.all(probes(world, known).map(checkedAnswer))
    const needsRedis = probes(world, known).filter(({ name }) =>
      ['userinfo', 'introspection', 'pushed request', 'authorization'].includes(name),
    )
    for (const probe of needsRedis)
      assert.equal((await checkedAnswer(probe)).status, 503, probe.name)
    const works = probes(world, known).filter(({ name }) => name === 'client credentials')
    for (const probe of [...publishedProbes(world), ...works])
      assert.equal((await checkedAnswer(probe)).status, 200, probe.name)
  }

  /** A lost Redis costs flows in progress and opaque access tokens, never a session (DESIGN §4). */
  async function checkRecovery(): Promise<void> {
    const client = world.client('trusted')
    const { url } = await authorizationRequest(client, { prompt: 'none' })
    const page = await eventually(async () => {
      const answer = await known.browser.tab().open(url)
      return answer.status === 503 ? undefined : answer
    })
    assert.ok(page.url.searchParams.get('code'), `the session is gone: ${page.url.href}`)
    const { url: fresh } = await authorizationRequest(client)
    const stranger = await signIn(world.browser().tab(), fresh, world.people.grace)
    assert.ok(stranger.url.searchParams.get('code'))
    known = { ...known, ...(await tokensOf(known.browser.tab())) }
  }

  it('stopped: 503 where it is needed, within five seconds, and it comes back', async () => {
    await redis.stop()
    await checkEverything()
    await checkEverything()
    await redis.start()
    await checkRecovery()
  })

  it('frozen: 503 where it is needed, within five seconds, and it comes back', async () => {
    redis.pause()
    try {
      await checkEverything()
    } finally {
      redis.resume()
    }
    await checkRecovery()
  })

  it('emptied: sessions and refresh tokens are where they were, what was used stays used', async () => {
    const client = world.client('trusted')
    const wire = wireOf(world, client)
    const browser = world.browser()
    const { refreshToken } = await tokensOf(browser.tab())
    const refresh = (token: string) =>
      wire.post('/token', { grant_type: 'refresh_token', refresh_token: token })
    const rotated = await refresh(refreshToken)
    await world.app.redis?.flushall()
    const { url } = await authorizationRequest(client, { prompt: 'none' })
    assert.ok((await browser.tab().open(url)).url.searchParams.get('code'))
    const next = await refresh(rotated.text('refresh_token'))
    assert.equal(next.status, 200, next.body)
    await world.pass(11)
    assert.equal((await refresh(refreshToken)).error, 'invalid_grant')
    assert.equal((await refresh(next.text('refresh_token'))).error, 'invalid_grant')
  })
})
