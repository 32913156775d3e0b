import { createHash } from 'node:crypto'
import { sha256 } from '#kit/hash.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { AuditActor, AuditEvent, RecordedEvent } from './audit.ts'

/**
 * What the chain's links are made of. The time stands inside the text, so that the hash covers it; the sequence does
 * not, because the position in the chain is the sequence.
 */
export type Link = {
  readonly sequence: number
  /** The exact text the hash covers. */
  readonly text: string
  readonly hash: Buffer
  /** Who it is about, in the exact text whose hash stands in `text`. Undefined: nobody, or erased. */
  readonly personal?: string | undefined
}

/** A browser may send kilobytes; the chain is kept for years. */
const longestUserAgent = 512

/** In the place of an account that was erased. */
export const erasedAccountId = brandId<AccountId>('erased')

/**
 * An event as it is kept. What is about a person stands beside the chain, and the chain holds a salted hash of it: it
 * cannot be changed unseen, but it can be erased, and without the salt nobody can tell whose it was.
 */
export function written(event: AuditEvent, at: Date): Pick<Link, 'text' | 'personal'> {
  const userAgent = event.userAgent?.slice(0, longestUserAgent)
  if (event.accountId === undefined) {
    return { text: JSON.stringify({ ...event, userAgent, at: at.toISOString() }) }
  }
  const { tenantId, type, outcome, clientId, actor, accountId, ip, requestId, detail } = event
  const actorId = actor.kind === 'account' ? actor.id : undefined
  const facts = { actorId, accountId, ip, userAgent, requestId, detail }
  const personal = JSON.stringify({ salt: randomToken(16), ...facts })
  const anonymous = { tenantId, type, outcome, actor: withoutId(actor), clientId }
  const text = JSON.stringify({ ...anonymous, at: at.toISOString(), personal: sha256(personal) })
  return { text, personal }
}

const withoutId = (actor: AuditActor) => (actor.kind === 'account' ? { kind: actor.kind } : actor)

/** The same as `sha256(previous || convert_to(text, 'UTF8'))` in Postgres. The first link has nothing before it. */
export function linkHash(previous: Buffer, text: string): Buffer {
  return createHash('sha256').update(previous).update(text, 'utf8').digest()
}

export function recordedEvent(link: Link): RecordedEvent {
  const { personal: _hash, at, ...event } = JSON.parse(link.text) as Anonymous // both written by `written`
  const { salt: _salt, actorId, ...facts } = JSON.parse(link.personal ?? '{}') as Personal
  const isPerson = event.actor.kind === 'account'
  const known = 'id' in event.actor ? event.actor : undefined // before people stood beside the chain
  const actor: AuditActor = isPerson
    ? (known ?? { kind: 'account', id: actorId ?? erasedAccountId })
    : event.actor
  return {
    ...event,
    ...facts,
    actor,
    sequence: link.sequence,
    at: new Date(at),
    hash: link.hash.toString('base64url'),
  }
}

type Anonymous = AuditEvent & { readonly at: string; readonly personal?: string }

type Personal = Pick<AuditEvent, 'accountId' | 'ip' | 'userAgent' | 'requestId' | 'detail'> & {
  readonly salt: string
  readonly actorId?: AccountId
}

/** Follows the chain from `before`: the last link, or undefined where it is broken. */
export function follow(before: Link, links: readonly Link[]): Link | undefined {
  let last = before
  for (const link of links) {
    const isNext = link.sequence === last.sequence + 1
    if (!isNext || !linkHash(last.hash, link.text).equals(link.hash)) return undefined
    if (link.personal !== undefined && !tells(link.text, link.personal)) return undefined
    last = link
  }
  return last
}

function tells(text: string, personal: string): boolean {
  return (JSON.parse(text) as Anonymous).personal === sha256(personal)
}

export const beginning: Link = { sequence: 0, text: '', hash: Buffer.alloc(0) }
