import { createHash } from 'node:crypto'
import type { AuditEvent, RecordedEvent } from './audit.ts'

/**
 * What the chain's links are made of. The time stands inside the text, so that the hash covers it; the sequence does
 * not, because the position in the chain is the sequence.
 */
export type Link = {
  readonly sequence: number
  /** The exact text the hash covers. */
  readonly text: string
  readonly hash: Buffer
}

/** A browser may send kilobytes; the chain is kept for years. */
const longestUserAgent = 512

export function eventText(event: AuditEvent, at: Date): string {
  return JSON.stringify({
    ...event,
    userAgent: event.userAgent?.slice(0, longestUserAgent),
    at: at.toISOString(),
  })
}

/** The same as `sha256(previous || convert_to(text, 'UTF8'))` in Postgres. The first link has nothing before it. */
export function linkHash(previous: Buffer, text: string): Buffer {
  return createHash('sha256').update(previous).update(text, 'utf8').digest()
}

export function recordedEvent(link: Link): RecordedEvent {
  const { at, ...event } = JSON.parse(link.text) as AuditEvent & { at: string } // written by eventText
  return {
    ...event,
    sequence: link.sequence,
    at: new Date(at),
    hash: link.hash.toString('base64url'),
  }
}

/** Follows the chain from `before`: the last link, or undefined where it is broken. */
export function follow(before: Link, links: readonly Link[]): Link | undefined {
  let last = before
  for (const link of links) {
    const isNext = link.sequence === last.sequence + 1
    if (!isNext || !linkHash(last.hash, link.text).equals(link.hash)) return undefined
    last = link
  }
  return last
}

export const beginning: Link = { sequence: 0, text: '', hash: Buffer.alloc(0) }
