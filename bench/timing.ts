import { createBrowser, type Tab } from '#test/support/browser.ts'
import { createTransport, type Transport } from '#test/support/transport.ts'
import { median } from './measure.ts'
import type { ServerProcess } from './process.ts'
import { authorizationAddress, crowdMember } from './subject.ts'

/** How long an answer takes that must not tell whether an address has an account (Q73, issue 3). Medians in milliseconds. */
export type Timing = {
  readonly way: WayName
  readonly count: number
  readonly known: number
  readonly unknown: number
}

/** Gets ready, and gives what is measured: one POST. */
type Way = (tab: Tab, email: string) => Promise<() => Promise<unknown>>

const wrong = { password: 'not the horse, not the battery' }

const ways = {
  login: async (tab, email) => {
    await tab.open(authorizationAddress)
    await tab.submit({ email })
    return () => tab.submit(wrong)
  },
  registration: async (tab, email) => {
    await tab.open(authorizationAddress)
    await tab.submit({}, /Create an account/)
    return () => tab.submit({ email, name: 'New Person' }, 'Next')
  },
  'forgot password': async (tab, email) => {
    await tab.open('/recover')
    return () => tab.submit({ email })
  },
  'code by mail': async (tab, email) => {
    await tab.open(authorizationAddress)
    await tab.submit({ email })
    return () => tab.submit({}, /email code/)
  },
} as const satisfies Record<string, Way>

export type WayName = keyof typeof ways
const names = Object.keys(ways) as WayName[] // its own keys

/** Pairs that only warm up. */
const warmUp = 20

/** So many people are needed: nobody is asked about twice, or limits would answer. */
export const timingCrowd = (count: number): number => names.length * (count + warmUp)

/** One answer at a time, known and unknown in turn, the other way round every other time; each from an address of its own. */
export async function measureTiming(
  server: ServerProcess,
  count: number,
): Promise<readonly Timing[]> {
  const issuer = `http://localhost:${server.port}`
  using transport = createTransport({ issuer, port: server.port })
  const found: Timing[] = []
  for (const [index, way] of names.entries()) {
    const first = index * (warmUp + count)
    const pairs: Pair[] = []
    for (let person = first; person < first + warmUp + count; person += 1) {
      pairs.push(await measurePair(ways[way], person, { transport, issuer }))
    }
    const of = (who: keyof Pair) => median(pairs.slice(warmUp).map((pair) => pair[who]))
    found.push({ way, count, known: of('known'), unknown: of('unknown') })
  }
  return found
}

type Pair = { readonly known: number; readonly unknown: number }
type Server = { readonly transport: Transport; readonly issuer: string }

async function measurePair(way: Way, person: number, server: Server): Promise<Pair> {
  const know = () => measurePost(way, crowdMember(person), server)
  const guess = () => measurePost(way, `nobody-${person}@example.test`, server)
  if (person % 2 === 0) return { known: await know(), unknown: await guess() }
  const unknown = await guess()
  return { known: await know(), unknown }
}

let visitors = 0

/** Milliseconds until the POST was answered; the page behind the 303 is the same for all, and is not counted. */
async function measurePost(
  way: Way,
  email: string,
  { transport, issuer }: Server,
): Promise<number> {
  visitors += 1
  const from = `10.${visitors >>> 16}.${(visitors >>> 8) & 255}.${visitors & 255}`
  let post = NaN
  const watched: Transport = {
    ...transport,
    async fetch(url, options) {
      const begin = performance.now()
      const answer = await transport.fetch(url, { ...options, from })
      if (options?.method === 'POST') post = performance.now() - begin
      return answer
    },
  }
  const submit = await way(createBrowser(watched, issuer).tab(), email)
  post = NaN
  await submit()
  return post
}
