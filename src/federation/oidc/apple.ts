import { z } from 'zod'
import type { SettingsOf } from '../connection/connection.ts'
import { emailOf, textOf, type Claims, type Said } from './claims.ts'
import type { Answer, Provider, Who } from './oidc.ts'
import { wishParameters } from './wishes.ts'

const appleIssuer = 'https://appleid.apple.com'

/** reference/federation.md §3.5. */
export function appleProvider(settings: SettingsOf<'apple'>): Provider {
  const { client_id: clientId, team_id: teamId, key_id: keyId } = settings
  return {
    clientId,
    issuer: appleIssuer,
    isIssuer: (discovered) => discovered === appleIssuer,
    alg: 'RS256',
    authentication: { teamId, keyId },
    // it posts its answer whenever a name or an address is asked for
    parameters: (wishes) => ({
      scope: 'openid name email',
      response_mode: 'form_post',
      ...wishParameters({ ...wishes, anew: false, maxAge: undefined, acrValues: undefined }),
    }),
    source: 'id_token',
    keepsTokens: false, // good for nothing there
    besides: nameOf,
    identify: identifyApple,
  }
}

function identifyApple({ token }: Said): Who {
  const email = emailOf(token['email'])
  const isVerified = token['email_verified'] === true || token['email_verified'] === 'true'
  return {
    issuer: appleIssuer,
    subject: String(token['sub']),
    email,
    emailVerified: email !== undefined && isVerified,
    isMember: false, // of nothing: anybody has an account there
    groups: undefined,
  }
}

const user = z.object({
  name: z.object({ firstName: z.unknown(), lastName: z.unknown() }).partial(),
})

/** Told once, beside the token, through the browser: a name for the profile. The address in it is not even read. */
function nameOf({ user: text }: Answer): Claims | undefined {
  const told = user.safeParse(jsonOf(text))
  if (!told.success) return undefined
  const { firstName, lastName } = told.data.name
  const parts = [textOf(firstName, 100), textOf(lastName, 100)]
  const name = parts.filter((part) => part !== undefined).join(' ')
  return { given_name: parts[0], family_name: parts[1], name: name === '' ? undefined : name }
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return undefined
  }
}
