import { z } from 'zod'
import type { Position } from '#session/session.ts'
import { habitLifetime, type Habits, type Sighting, type SignalValue } from './risk.ts'

/** As many as are worth knowing; the longest unseen make room. */
const mostNetworks = 30
const mostCountries = 20

/** Sign-ins before an hour can be unusual, and when old ones begin to fade. */
const fewest = 20
const most = 200
/** Hours on either side that are near. */
const near = 2

/** Seconds in which another sighting of the same tells nothing new. */
const settled = 3600

/** Kilometres an hour no airliner flies, and as far as a place may be wrong. */
const fastest = 1000
const vagueness = 500

const empty: Habits = {
  networks: {},
  countries: {},
  hours: Array.from({ length: 24 }, () => 0),
  last: undefined,
}

/** The habits after an accepted sign-in; the very same object where it tells nothing new. */
export function learn(before: Habits | undefined, sighting: Sighting): Habits {
  const habits = before ?? empty
  const { at, network, whence } = sighting
  if (isSettled(habits, sighting)) return habits
  return {
    networks: seen(habits.networks, network, { at, most: mostNetworks }),
    countries: seen(habits.countries, whence?.country, { at, most: mostCountries }),
    hours: counted(habits.hours, hourOf(at)),
    last: { at, position: whence?.position && rough(whence.position) },
  }
}

function isSettled({ networks, countries, last }: Habits, { at, network, whence }: Sighting) {
  if (last === undefined || at - last.at >= settled || hourOf(at) !== hourOf(last.at)) return false
  const country = whence?.country
  const isNetworkKnown = network !== undefined && Object.hasOwn(networks, network)
  return isNetworkKnown && (country === undefined || Object.hasOwn(countries, country))
}

/**
 * What is unlike this person. Nothing is unlike somebody of whom nothing is known. A known network is a known place: whoever
 * goes through a tunnel now and then is not flying.
 */
export function strangeness(habits: Habits | undefined, sighting: Sighting) {
  const value = (is: boolean): SignalValue => (is ? 'yes' : 'no')
  if (!habits) {
    const no = 'no' as const
    return { new_network: no, new_country: no, impossible_travel: no, unusual_hour: no }
  }
  const { network, whence, at } = sighting
  const unusual_hour = value(isUnusual(habits.hours, hourOf(at)))
  const isKnown = network !== undefined && isRecent(habits.networks[network], at)
  if (isKnown)
    return { new_network: 'no', new_country: 'no', impossible_travel: 'no', unusual_hour } as const
  return {
    new_network: network === undefined ? ('unreadable' as const) : ('yes' as const),
    new_country: countryValue(habits, sighting),
    impossible_travel: whence === undefined ? ('no' as const) : travelValue(habits, sighting),
    unusual_hour,
  }
}

function countryValue({ countries }: Habits, { whence, at }: Sighting): SignalValue {
  if (whence === undefined) return 'no'
  if (whence.country === undefined) return 'unreadable'
  return isRecent(countries[whence.country], at) ? 'no' : 'yes'
}

function travelValue({ last }: Habits, { network, whence, at }: Sighting): SignalValue {
  if (last?.position === undefined) return 'no' // nobody knows where from
  // an address that no file places counts as a new country already; one that hides counts as both
  if (whence?.position === undefined) return network === undefined ? 'unreadable' : 'no'
  const distance = distanceOf(last.position, whence.position)
  const hours = Math.max(0, at - last.at) / 3600
  return distance > vagueness && distance - vagueness > hours * fastest ? 'yes' : 'no'
}

function isRecent(seenAt: number | undefined, now: number): boolean {
  return seenAt !== undefined && now - seenAt < habitLifetime
}

/** What was seen least lately makes room for what is new. */
function seen(
  known: Readonly<Record<string, number>>,
  name: string | undefined,
  { at, most }: { readonly at: number; readonly most: number },
): Readonly<Record<string, number>> {
  const now = name === undefined ? known : { ...known, [name]: at }
  const recent = Object.entries(now)
    .filter(([, seenAt]) => isRecent(seenAt, at))
    .toSorted(([, one], [, other]) => other - one)
  return Object.fromEntries(recent.slice(0, most))
}

function hourOf(at: number): number {
  return Math.floor(at / 3600) % 24
}

function sumOf(hours: readonly number[]): number {
  return hours.reduce((sum, count) => sum + count, 0)
}

function counted(hours: readonly number[], hour: number): readonly number[] {
  const faded = sumOf(hours) < most ? hours : hours.map((count) => Math.floor(count / 2))
  return faded.map((count, at) => (at === hour ? count + 1 : count))
}

function isUnusual(hours: readonly number[], hour: number): boolean {
  if (sumOf(hours) < fewest) return false
  return hours.every((count, at) => count === 0 || circular(at, hour) > near)
}

function circular(one: number, other: number): number {
  const distance = Math.abs(one - other)
  return Math.min(distance, 24 - distance)
}

/** To a degree: some hundred kilometres tell a continent from another, and no village from the next. */
function rough({ latitude, longitude }: Position): Position {
  return { latitude: Math.round(latitude), longitude: Math.round(longitude) }
}

/** Kilometres along the great circle. */
function distanceOf(one: Position, other: Position): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const [from, to] = [radians(one.latitude), radians(other.latitude)]
  const half = (difference: number) => Math.sin(radians(difference) / 2) ** 2
  const square =
    half(other.latitude - one.latitude) +
    Math.cos(from) * Math.cos(to) * half(other.longitude - one.longitude)
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(square)))
}

const position = z.object({ latitude: z.number(), longitude: z.number() })

/** As they are kept. */
export const habitsSchema = z
  .object({
    networks: z.record(z.string(), z.number()),
    countries: z.record(z.string(), z.number()),
    hours: z.array(z.number()).length(24),
    last: z.object({ at: z.number(), position: position.optional() }).optional(),
  })
  .transform((habits): Habits => ({ ...habits, last: habits.last }))
