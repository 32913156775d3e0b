import { z } from 'zod'

/** What `PublicKeyCredential.toJSON()` made: read by the room of passkeys, which believes none of it. */
export const credentialField = z.looseObject({ id: z.string().min(1).max(1400) })

/** As `PublicKeyCredential.parseRequestOptionsFromJSON()` and its sibling for creation take it. */
export const ceremonyOptions = z.looseObject({})

export const passkeyOptions = z.strictObject({
  options: ceremonyOptions.describe('For `navigator.credentials`, in its JSON form'),
  expires_in: z.int().describe('Seconds the challenge is good for'),
})
