/**
 * A relying party of our own, so that a newcomer sees a whole sign-in before writing a line: development only, on
 * another host than the provider (`127.0.0.1`, where that is `localhost`), so that no cookie is shared.
 */
export type DemoClient = {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Where the demo application answers: `http://127.0.0.1:3001`. */
  readonly origin: string
}

/** As `config/seed.demo.json` registers it. */
export const demoPort = 3001
export const demoOrigin = `http://127.0.0.1:${demoPort}`
