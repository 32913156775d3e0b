import { createHash, randomBytes } from 'node:crypto'
import { createBrowser } from '#test/support/browser.ts'
import { createTransport, type Transport } from '#test/support/transport.ts'
import type { ServerProcess } from './process.ts'
import { password, paths, person, redirectUri, webClient } from './subject.ts'

/** Resident bytes of a server at rest, and after so many people have signed in and got their tokens. */
export type Memory = { readonly logins: number; readonly before: number; readonly after: number }

const atOnce = 4

export async function measureMemory(server: ServerProcess, logins: number): Promise<Memory> {
  const issuer = `http://localhost:${server.port}`
  using transport = createTransport({ issuer, port: server.port })
  const before = (await server.usage()).rss
  let left = logins
  const work = async () => {
    while (left > 0) {
      left -= 1
      await login(transport, issuer)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { logins, before, after: (await server.usage()).rss }
}

/** A whole sign-in in a browser of its own, through every page, to the tokens. */
async function login(transport: Transport, issuer: string): Promise<void> {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: webClient.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile email',
    state: 'af0ifjsldkj',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const tab = createBrowser(transport, issuer).tab()
  await tab.open(`${issuer}${paths.authorization}?${query.toString()}`)
  await tab.submit({ email: person.email })
  const { url, isElsewhere, text } = await tab.submit({ password })
  if (!isElsewhere) throw new Error(`still here: ${text}`)

  const answer = await transport.fetch(`${issuer}${paths.token}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${webClient.id}:${webClient.secret}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: url.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
    }),
  })
  if (!answer.ok) throw new Error(`answered ${answer.status}: ${await answer.text()}`)
}
