import { setTimeout as delay } from 'node:timers/promises'
import { createBrowser, type Page, type Tab } from '#test/support/browser.ts'
import { createTransport, type Transport } from '#test/support/transport.ts'
import type { ServerProcess } from './process.ts'
import { crowdMember, machineClient, password, paths, redirectUri, webClient } from './subject.ts'

/** What hashing leaves of the rest, and the rest of hashing (issue 3, R14). */
export type SignIns = {
  /** Hashes per second of the pool alone, in the same process, before anybody came. */
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
  const hashes = hashCount / (await server.hash(hashCount))

  const end = performance.now() + warmUp + seconds * 1000
  const counts = { signIns: 0, turnedAway: 0 }
  const isCounted = () => performance.now() > end - seconds * 1000
  const people = Array.from({ length: crowd }, async (_, index) => {
    while (performance.now() < end) {
      const turnedAway = await signIn(transport, issuer, crowdMember(index))
      if (!isCounted() || performance.now() > end) continue
      counts.signIns += 1
      counts.turnedAway += turnedAway
    }
  })
  await delay(warmUp)
  const tokenP99 = await measureTokens(transport, issuer, end)
  await Promise.all(people)
  const signIns = counts.signIns / seconds
  return {
    hashes,
    signIns,
    share: signIns / hashes,
    tokenP99,
    turnedAway: counts.turnedAway,
  }
}

/** Through every page, in a browser that was never here; how often it was told to come back. */
async function signIn(transport: Transport, issuer: string, email: string): Promise<number> {
  const query = new URLSearchParams({
    client_id: webClient.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    nonce: 'n-0S6_WzA2Mj',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  const tab = createBrowser(transport, issuer).tab()
  await tab.open(`${issuer}${paths.authorization}?${query.toString()}`)
  const form = await tab.submit({ email })
  let page = await tab.submit({ password })
  let turnedAway = 0
  for (; page.status === 503; turnedAway += 1) page = await again(tab, page, form.url)
  if (!page.isElsewhere) throw new Error(`answered ${page.status}: ${page.text}`)
  return turnedAway
}

async function again(tab: Tab, refused: Page, form: URL): Promise<Page> {
  const wait = Number(refused.headers.get('retry-after'))
  if (!(wait > 0)) throw new Error('turned away without being told when to come back')
  await delay(wait * 1000)
  await tab.open(form)
  return tab.submit({ password })
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
