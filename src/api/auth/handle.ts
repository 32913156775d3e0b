import { z } from 'zod'
import { sha256 } from '#kit/hash.ts'
import { randomToken } from '#kit/random.ts'

/**
 * A code by mail belongs to the browser that asked for it. A front end has no cookie here: it gets one opaque handle that
 * names both the code and the one who asked, and keeps it until the code is typed. A link in the mail opens a page that
 * shows the code to type there, never more: no browser holds what this handle holds.
 */
export type MailHandle = {
  readonly handle: string
  readonly browser: string
}

export function newBrowser(): string {
  return randomToken()
}

export function joinHandle({ handle, browser }: MailHandle): string {
  return `${handle}.${browser}`
}

/** Undefined for what none of our answers was. */
export function splitHandle(text: string): MailHandle | undefined {
  const [, handle, browser] = /^([\w-]{20,100})\.([\w-]{43})$/.exec(text) ?? []
  return handle === undefined || browser === undefined ? undefined : { handle, browser }
}

/** What is kept under a handle is found by its hash. */
export const handleId = (text: string): string => sha256(text)

export const handleField = z
  .string()
  .min(1)
  .max(200)
  .describe('As the request for the mail answered it')

export const codeField = z.string().min(1).max(64).describe('The digits of the mail')

/** The same whether a mail leaves or not (Q73). */
export const mailed = z.strictObject({
  handle: z.string().describe('Opaque; goes with the code, once'),
  expires_in: z.int().describe('Seconds the code is good for'),
})
