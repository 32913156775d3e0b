import { setTimeout as delay } from 'node:timers/promises'
import { createTransport, type Transport } from '#test/support/transport.ts'
import { createCrowdMember } from './crowd.ts'
import { median } from './measure.ts'
import type { ServerProcess } from './process.ts'
import { crowdMember, machineClient, password, paths } from './subject.ts'

/** What hashing leaves of the rest, and the rest of hashing (issue 3, R14). Medians of some rounds. */
export type SignIns = {
  /** Hashes per second of the pool alone, in the same process: the mean of right before and right after a round. */
  readonly hashes: number
  /** Sign-ins per second, through every page, each with one hash. */
  readonly signIns: number
  /** The second as a share of the first. */
  readonly share: number
  /** Milliseconds a token took meanwhile, asked for at a constant rate: 99 of 100 were quicker. */
  readonly tokenP99: number
  /** Answered 503 with `Retry-After`, and came back. */
  readonly turnedAway: number
}

export const crowd = 200
const rounds = 5
const hashCount = 100
/** Milliseconds: until everybody was here once. */
const warmUp = 10_000
/** Milliseconds between two tokens. */
const tokenEvery = 50

/** `crowd` people sign in over and over; in each round so many seconds of it count. */
export async function measureSignIns(server: ServerProcess, seconds: number): Promise<SignIns> {
  const issuer = `http://localhost:${server.port}`
  using transport = createTransport({ issuer, port: server.port })
  const ask = () => takeToken(transport, issuer)
  const found: Pick<SignIns, 'hashes' | 'signIns' | 'share'>[] = []
  const tokens: number[] = []
  let turnedAway = 0
  let before = await server.hash(hashCount)
  for (let round = 0; round < rounds; round += 1) {
    const people = gather(server.port)
    await delay(warmUp)
    const begun = people.count()
    tokens.push(...(await measureTokens(ask, performance.now() + seconds * 1000)))
    const ended = people.count()
    await people.leave()
    const after = await server.hash(hashCount)
    const hashes = (2 * hashCount) / (before + after)
    const signIns = (ended.signIns - begun.signIns) / seconds
    found.push({ hashes, signIns, share: signIns / hashes })
    turnedAway += ended.turnedAway - begun.turnedAway
    before = after
  }
  return {
    hashes: median(found.map((round) => round.hashes)),
    signIns: median(found.map((round) => round.signIns)),
    share: median(found.map((round) => round.share)),
    tokenP99: tokens.toSorted((a, b) => a - b)[Math.ceil(tokens.length * 0.99) - 1] ?? NaN,
    turnedAway,
  }
}

/** They begin at once, and are counted; `leave` when whoever is here has signed in. */
function gather(port: number) {
  const counts = { signIns: 0, turnedAway: 0 }
  const leaving = new AbortController()
  const people = Array.from({ length: crowd }, async (_, index) => {
    const who = { email: crowdMember(index), address: `198.51.100.${index}`, password, port }
    using member = createCrowdMember(who)
    while (!leaving.signal.aborted) {
      const turnedAway = await member.signIn()
      counts.turnedAway += turnedAway
      counts.signIns += 1
    }
  })
  return {
    count: () => ({ ...counts }),
    async leave() {
      leaving.abort()
      await Promise.all(people)
    },
  }
}

/** Milliseconds each, at a constant rate, whether the one before was answered or not: else a slow answer would hide the next. */
async function measureTokens(ask: () => Promise<number>, end: number): Promise<readonly number[]> {
  const taken: Promise<number>[] = []
  while (performance.now() < end) {
    taken.push(ask())
    await delay(tokenEvery)
  }
  return Promise.all(taken)
}

async function takeToken(transport: Transport, issuer: string): Promise<number> {
  const begin = performance.now()
  const answer = await transport.fetch(`${issuer}${paths.token}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${machineClient.id}:${machineClient.secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read' }),
  })
  if (!answer.ok) throw new Error(`answered ${answer.status}: ${await answer.text()}`)
  return performance.now() - begin
}
