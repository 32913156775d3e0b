import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, createServer, get, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { it } from 'node:test'
import { Provider } from 'oidc-provider'
import { leftBehind } from '#test/support/old-generation.ts'
import { createLeanProvider } from './lean-provider.ts'

const issuer = 'http://localhost:3000'
const configuration = { features: { devInteractions: { enabled: false } } }

async function leftByRequests(provider: Provider): Promise<number> {
  const handle = provider.callback()
  const listener: RequestListener = (req, res) => void handle(req, res)
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // listens on a port
  const agent = new Agent({ keepAlive: true })
  try {
    return await leftBehind(async () => {
      const req = get({ agent, port, host: '127.0.0.1', path: '/jwks' })
      const [res] = (await once(req, 'response')) as [IncomingMessage]
      assert.equal(res.statusCode, 200)
      await once(res.resume(), 'end')
    })
  } finally {
    agent.destroy()
    server.close()
  }
}

// The rest is what node:http leaves on both sides. Once the engine leaves no more than that, lean-provider.ts can go.
it('leaves less than half of what the engine leaves behind by itself', async () => {
  const lean = await leftByRequests(createLeanProvider(issuer, configuration))
  const own = await leftByRequests(new Provider(issuer, configuration))
  assert.ok(lean < own / 2, `${lean} bytes a request, ${own} without us`)
})
