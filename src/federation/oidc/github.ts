import { z } from 'zod'
import type { SettingsOf } from '../connection/connection.ts'
import { emailOf, type Said } from './claims.ts'
import type { Provider, Who } from './oidc.ts'
import type { ProblemCode } from './problem.ts'

const githubIssuer = 'https://github.com'

/** reference/federation.md §3.5: OAuth 2.0 alone. Who it is, is asked with a token we got for our own code. */
export function githubProvider(settings: SettingsOf<'github'>): Provider {
  return {
    clientId: settings.client_id,
    issuer: githubIssuer,
    isIssuer: (discovered) => discovered === githubIssuer,
    document: {
      issuer: githubIssuer,
      authorization_endpoint: `${githubIssuer}/login/oauth/authorize`,
      token_endpoint: `${githubIssuer}/login/oauth/access_token`,
    },
    alg: 'RS256',
    authentication: 'client_secret_post',
    parameters: () => ({
      scope: ['read:user user:email', ...settings.more_scopes].join(' '),
      allow_signup: 'false',
    }),
    isAnswerFrom: (iss) => iss === githubIssuer || iss === `${githubIssuer}/login/oauth`,
    source: 'github',
    keepsTokens: settings.stores_tokens,
    identify: identifyGithub,
  }
}

/** What its API says, as claims. The number is the key: a login name is given to the next who wants it. */
export function githubClaims(user: unknown, emails: unknown): Record<string, unknown> | undefined {
  const known = userShape.safeParse(user)
  if (!known.success) return undefined
  const { id, login, name, avatar_url: picture } = known.data
  const list = emailsShape.safeParse(emails)
  const primary = list.success ? list.data.find((one) => one.primary && one.verified) : undefined
  return {
    sub: String(id),
    name: name ?? login,
    preferred_username: login,
    picture,
    ...(primary ? { email: primary.email, email_verified: true } : {}),
  }
}

const userShape = z.object({
  id: z.int().positive(),
  login: z.string(),
  name: z.string().nullish(),
  avatar_url: z.string().nullish(),
})

const emailsShape = z.array(
  z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }),
)

function identifyGithub({ token }: Said): Who | ProblemCode {
  const email = emailOf(token['email'])
  return {
    issuer: githubIssuer,
    subject: String(token['sub']),
    email,
    emailVerified: email !== undefined && token['email_verified'] === true,
    isMember: false, // of nothing: anybody has an account there
    groups: undefined,
  }
}
