import { z } from 'zod'
import { canonicalEmail } from '#kit/email-address.ts'
import { isCleanText } from '#kit/text.ts'

/** Text that can be shown and stored, of at most so many UTF-16 units. */
export function plainText(longest: number) {
  return z
    .string()
    .min(1)
    .max(longest)
    .refine(isCleanText, { error: 'holds characters that are not allowed' })
}

export const email = z
  .string()
  .max(254)
  .refine((text) => canonicalEmail(text) !== undefined, { error: 'is not an e-mail address' })

/** Secrets are hashed, never shown: whatever is text (Q27). The frame has refused what is none. */
export const password = z.string().min(1).max(1024)

/** How an application authenticates, besides the `Authorization` header (RFC 6749 §2.3, RFC 7523 §2.2). */
export const clientFields = {
  client_id: plainText(128)
    .describe('May be left out where the Authorization header names it')
    .optional(),
  client_secret: plainText(512).optional(),
  client_assertion: plainText(8192).optional(),
  client_assertion_type: plainText(100).optional(),
}

export const tokens = z.strictObject({
  access_token: z.string().describe('RFC 9068, for this API'),
  token_type: z.literal('Bearer'),
  expires_in: z.int().describe('Seconds'),
  scope: z.string(),
  id_token: z.string(),
  refresh_token: z
    .string()
    .optional()
    .describe('Good for one use; for applications registered for the grant refresh_token'),
})
