import { setTimeout as delay } from 'node:timers/promises'
import { createTransport, type Transport } from '#test/support/transport.ts'
import { createCrowdMember } from './crowd.ts'
import type { ServerProcess } from './process.ts'
import { crowdMember, machineClient, password, paths } from './subject.ts'

/** What hashing leaves of the rest, and the rest of hashing (issue 3, R14). */
export type SignIns = {
  /** Hashes per second of the pool alone, in the same process: the mean of before anybody came and after all had left. */
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
const hashCount = 100
/** Milliseconds: until everybody was here once. */
const warmUp = 20_000
/** Milliseconds between two tokens. */
const tokenEvery = 50

/** `crowd` people sign in over and over, for so many seconds. */
export async function measureSignIns(server: ServerProcess, seconds: number): Promise<SignIns> {
  const issuer = `http://localhost:${server.port}`
  using transport = createTransport({ issuer, port: server.port })
  const before = await server.hash(hashCount)

  const end = performance.now() + warmUp + seconds * 1000
  const counts = { signIns: 0, turnedAway: 0 }
  const isCounted = () => performance.now() > end - seconds * 1000
  const people = Array.from({ length: crowd }, async (_, index) => {
    const who = { email: crowdMember(index), address: `198.51.100.${index}`, password }
    using member = createCrowdMember({ ...who, port: server.port })
    while (performance.now() < end) {
      const turnedAway = await member.signIn()
      if (!isCounted() || performance.now() > end) continue
      counts.signIns += 1
      counts.turnedAway += turnedAway
    }
  })
  await delay(warmUp)
  const tokenP99 = await measureTokens(transport, issuer, end)
  await Promise.all(people)
  const hashes = (2 * hashCount) / (before + (await server.hash(hashCount)))
  const signIns = counts.signIns / seconds
  return {
    hashes,
    signIns,
    share: signIns / hashes,
    tokenP99,
    turnedAway: counts.turnedAway,
  }
}

/** At a constant rate, whether the one before was answered or not: else a slow answer would hide the next. */
async function measureTokens(transport: Transport, issuer: string, end: number): Promise<number> {
  const taken: Promise<number>[] = []
  while (performance.now() < end) {
    taken.push(takeToken(transport, issuer))
    await delay(tokenEvery)
  }
  const sorted = (await Promise.all(taken)).toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN
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
