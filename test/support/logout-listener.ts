import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/** A relying party's back-channel logout endpoint (Back-Channel Logout 1.0 §2.5), for tests. */
export type LogoutListener = AsyncDisposable & {
  readonly url: string
  /** Logout tokens, in the order they came. */
  readonly tokens: readonly string[]
  /** What the next requests are answered with; 200 when nothing is left. */
  answer(...statuses: readonly number[]): void
}

export async function startLogoutListener(): Promise<LogoutListener> {
  const tokens: string[] = []
  const answers: number[] = []
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      tokens.push(new URLSearchParams(body).get('logout_token') ?? '')
      res.statusCode = answers.shift() ?? 200
      res.end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}/backchannel`,
    tokens,
    answer: (...statuses) => void answers.push(...statuses),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
