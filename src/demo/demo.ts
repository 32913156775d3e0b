import type { DemoConfig } from '#config/config.ts'

/**
 * A relying party of our own, so that a newcomer sees a whole sign-in before writing a line, and an identity provider for
 * the tenant `acme`, so that they see an enterprise's: development only, on another host than Signet (`127.0.0.1`, where
 * that is `localhost`), so that no cookie is shared.
 */
export type DemoClient = {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Where the demo application answers: `http://127.0.0.1:3001`. */
  readonly origin: string
  /** Where below it this client begins and comes back: one address for each issuer (RFC 9700 §4.4.2). */
  readonly path: '' | '/acme'
}

export function applicationOrigin({ application }: DemoConfig): string {
  return `http://127.0.0.1:${application}`
}

/**
 * SECURITY: where Signet's own requests may go although it is this machine (Q85): this address and port, in an environment
 * that has a demo. Not `OUTBOUND_ALLOW`, which would open every port of the laptop, and not the name `localhost`, which
 * somebody else may answer for.
 */
export function identityProviderOrigin({ identityProvider }: DemoConfig): string {
  return `http://127.0.0.1:${identityProvider}`
}

/** As `config/seed.demo.json` registers them: no secret, and nobody but a laptop knows these clients. */
export function demoClients(issuer: string, demo: DemoConfig): readonly [DemoClient, DemoClient] {
  const origin = applicationOrigin(demo)
  return [
    {
      issuer,
      clientId: 'demo-web',
      clientSecret: 'demo-web-secret-for-a-laptop-only',
      origin,
      path: '',
    },
    {
      issuer: acmeIssuer(issuer),
      clientId: 'demo-acme',
      clientSecret: 'demo-acme-secret-for-a-laptop-only',
      origin,
      path: '/acme',
    },
  ]
}

/** The tenant whose people are known elsewhere. */
export function acmeIssuer(issuer: string): string {
  return `${issuer}/t/acme`
}

/** Who may be filled in. */
export const demoAccounts = [
  { tenant: 'main', email: 'ada@example.test', password: 'correct-horse-battery' },
  { tenant: 'acme', email: 'ada@acme.test', password: undefined },
] as const
