import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { signIn } from '#test/support/person.ts'
import { checkedAnswer, eventually, probes, publishedProbes } from '#test/support/outage.ts'
import type { ProbeInput } from '#test/support/outage.ts'
import { authorizationRequest, obtainCode, wireOf } from '#test/support/protocol.ts'
import { hasPostgres, hasRedis, startPostgres, startRedis } from '#test/support/servers.ts'
import type { TestPostgres, TestServer } from '#test/support/servers.ts'
import { openWorld } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

const setups = hasPostgres() ? (hasRedis() ? [false, true] : [false]) : []

for (const withRedis of setups) {
  describe(`Postgres fails, ${withRedis ? 'beside Redis' : 'alone'} (R1)`, () => {
    let postgres: TestPostgres
    let redis: TestServer | undefined
    let world: World
    let known: ProbeInput

    before(async () => {
      const server = await startPostgres()
      assert.ok(server)
      postgres = server
      redis = withRedis ? await startRedis() : undefined
      const settings = {
        DATABASE_URL: postgres.url,
        ...(redis ? { REDIS_URL: redis.url } : {}),
      }
      world = await openWorld({ settings })
      known = await signedIn()
      for (const { run } of publishedProbes(world)) await run() // served from memory once they were asked for
    })
    after(async () => {
      await world[Symbol.asyncDispose]()
      await redis?.[Symbol.asyncDispose]()
      await postgres[Symbol.asyncDispose]()
    })

    async function signedIn(): Promise<ProbeInput> {
      const client = world.client('trusted')
      const browser = world.browser()
      const { fields } = await obtainCode(world, client, { tab: browser.tab() })
      const tokens = await wireOf(world, client).post('/token', fields)
      return {
        browser,
        accessToken: tokens.text('access_token'),
        refreshToken: tokens.text('refresh_token'),
      }
    }

    /** Whatever is cached is a second old at most: past that, the store must be asked. */
    async function checkEverything(): Promise<void> {
      await world.pass(2)
      const answers = await Promise.all(
        probes(world, known).map(async (probe) => ({
          name: probe.name,
          status: (await checkedAnswer(probe)).status,
        })),
      )
      const served = answers.filter(({ status }) => status !== 503).map(({ name }) => name)
      assert.deepEqual(served, [])
      for (const probe of publishedProbes(world)) {
        assert.equal((await checkedAnswer(probe)).status, 200, probe.name)
      }
    }

    /** Without a restart: the session still opens, the refresh token still works, a new person signs in. */
    async function checkRecovery(): Promise<void> {
      const client = world.client('trusted')
      const refresh = { grant_type: 'refresh_token', refresh_token: known.refreshToken }
      await eventually(async () => {
        const answer = await wireOf(world, client).post('/token', refresh)
        if (answer.status === 503) return undefined
        assert.equal(answer.status, 200, answer.body)
        known = { ...known, refreshToken: answer.text('refresh_token') }
        return answer
      })
      const { url } = await authorizationRequest(client, { prompt: 'none' })
      const page = await eventually(async () => {
        const answer = await known.browser.tab().open(url)
        return answer.status === 503 ? undefined : answer
      })
      assert.ok(page.url.searchParams.get('code'), page.text)
      const { url: fresh } = await authorizationRequest(client)
      const stranger = await signIn(world.browser().tab(), fresh, world.people.grace)
      assert.ok(stranger.url.searchParams.get('code'))
    }

    it('stopped: 503 within five seconds, keys and discovery stay, and it comes back', async () => {
      await postgres.stop()
      await checkEverything()
      await checkEverything()
      await postgres.start()
      await checkRecovery()
    })

    it('restarted under load: nobody sees a failure of ours', async () => {
      const steady = probes(world, known).filter(({ name }) => name !== 'refresh')
      const restarted = postgres.restart()
      await eventually(async () => {
        await world.pass(1)
        const answers = await Promise.all(steady.map(checkedAnswer))
        return answers.every(({ status }) => status !== 503) || undefined
      })
      await restarted
      await checkRecovery()
    })

    it('frozen: 503 within five seconds, keys and discovery stay, and it comes back', async () => {
      postgres.pause()
      try {
        await checkEverything()
      } finally {
        postgres.resume()
      }
      await checkRecovery()
    })

    it('lost in the middle of a sign-in: the page says so, and the sign-in goes on afterwards', async () => {
      const tab = world.browser().tab()
      const { url } = await authorizationRequest(world.client('trusted'))
      await tab.open(url)
      await tab.submit({ email: world.people.grace.email })
      const form = tab.page
      await world.addAccount() // a durable commit takes the relaxed ones before it along
      await postgres.stop()
      await world.pass(2)
      const page = await tab.submit({ password: world.people.grace.password })
      assert.equal(page.status, 503)
      assert.ok(page.headers.has('retry-after'))
      assert.match(page.heading, /\S/)
      await postgres.start()
      await eventually(async () => {
        const answer = await tab.open(form.url)
        return answer.status === 200 ? answer : undefined
      })
      assert.equal(tab.page.heading, form.heading)
      const done = await tab.submit({ password: world.people.grace.password })
      assert.ok(done.url.searchParams.get('code'), done.text)
    })
  })
}
