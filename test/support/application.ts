import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** A web application on an origin of its own, with a callback for each way to answer. */
export type Application = AsyncDisposable & {
  readonly origin: string
  /** What came to `/callback`, in order: the query, or the posted form. */
  readonly received: readonly URLSearchParams[]
  /** What `/start` does when its button is pressed, and what `/popup` opens. */
  setTarget(authorizationUrl: URL): void
  /** Resolves with the next answer that comes to `/callback`. */
  answer(): Promise<URLSearchParams>
}

export async function startApplication(): Promise<Application> {
  const received: URLSearchParams[] = []
  let target = 'about:blank'

  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', 'http://application.test')
    if (url.pathname === '/go') return void res.writeHead(303, { location: target }).end()
    if (url.pathname === '/callback') return void receive()
    res.setHeader('content-type', 'text/html')
    res.end(pages[url.pathname] ?? '<!doctype html><title>App</title>')

    async function receive() {
      const chunks: Buffer[] = []
      for await (const chunk of req) chunks.push(chunk as Buffer)
      const posted = Buffer.concat(chunks).toString()
      received.push(req.method === 'POST' ? new URLSearchParams(posted) : url.searchParams)
      res.setHeader('content-type', 'text/html')
      res.end(callbackPage)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    setTarget: (url) => void (target = url.href),
    async answer() {
      const before = received.length
      // real time: what we wait for is another process
      for (let tries = 0; tries < 200; tries += 1) {
        const next = received[before]
        if (next) return next
        await wait(50)
      }
      throw new Error('no answer came to /callback')
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Tells the window that opened it, as `signinPopup` of oidc-client-ts does. */
const callbackPage = `<!doctype html><title>Back in the app</title><p id="opener"></p><script>
  document.getElementById('opener').textContent = String(window.opener !== null)
  window.opener?.postMessage(location.href, '*')
</script>`

const pages: Readonly<Record<string, string>> = {
  '/start': `<!doctype html><title>App</title><form method="post" action="/go"><button>Sign in</button></form>`,
  '/popup': `<!doctype html><title>App</title><button onclick="window.open('/go')">Sign in</button><p id="told"></p><script>
    addEventListener('message', (event) => { document.getElementById('told').textContent = event.data })
  </script>`,
}
