import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { ServerConfig } from '#config/config.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import type { ReadinessCheck } from './http.ts'
import { closed, listenOn } from './server.ts'

export type ManagementServer = {
  listen(): Promise<{ readonly port: number }>
  /** From now on `/readyz` says 503, so that a balancer sends no more (R10). */
  setDraining(): void
  close(): Promise<void>
}

export type ManagementDeps = {
  readonly config: ServerConfig['management']
  /** What must work for this process to serve, by name. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>
  readonly metrics: Pick<Metrics, 'render'>
  readonly logger: Logger
  /** Milliseconds a check may take. */
  readonly timeout?: number
}

type Answer = { readonly status: number; readonly type: string; readonly body: string }

/** Health and numbers on a listener of their own (Q94): not on the public port, and answering while that one is full. */
export function createManagement(deps: ManagementDeps): ManagementServer {
  const { config, metrics, logger } = deps
  let draining = false

  const pages: Readonly<Record<string, () => Promise<Answer>>> = {
    '/livez': () => Promise.resolve(plain(200, 'ok')),
    '/readyz': () => readiness(deps, draining),
    '/healthz': () => readiness(deps, draining),
    '/metrics': async () => {
      const { contentType, body } = await metrics.render()
      return { status: 200, type: contentType, body }
    },
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = (req.url ?? '').split('?', 1)[0] ?? ''
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined
    if (!page) return send(req, res, plain(404, 'not found'))
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('allow', 'GET, HEAD')
      return send(req, res, plain(405, 'method not allowed'))
    }
    return send(req, res, await page())
  }

  const server = createHttpServer({ headersTimeout: 5000, requestTimeout: 5000 }, (req, res) => {
    answer(req, res).catch((error: unknown) => {
      logger.error('management request failed', { err: error })
      send(req, res, plain(500, 'failed'))
    })
  })

  return {
    listen: () => listenOn(server, config),
    setDraining: () => void (draining = true),
    async close() {
      const done = closed(server)
      server.closeAllConnections()
      await done
    },
  }
}

async function readiness(deps: ManagementDeps, draining: boolean): Promise<Answer> {
  const { checks, logger, timeout = 2000 } = deps
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await within(timeout, check)
        return [name, 'ok'] as const
      } catch (error) {
        logger.warn('readiness check failed', { kind: name, err: error })
        return [name, 'failed'] as const
      }
    }),
  )
  const isReady = !draining && results.every(([, result]) => result === 'ok')
  const status = draining ? 'draining' : isReady ? 'ready' : 'not ready'
  return {
    status: isReady ? 200 : 503,
    type: 'application/json',
    body: JSON.stringify({ status, checks: Object.fromEntries(results) }),
  }
}

/** A check that hangs is a check that failed. */
async function within(timeout: number, check: ReadinessCheck): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('no answer in time')), timeout)
  try {
    await Promise.race([check(), late])
  } finally {
    clearTimeout(timer)
  }
}

function plain(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n` }
}

function send(req: IncomingMessage, res: ServerResponse, { status, type, body }: Answer): void {
  if (res.headersSent) return
  res.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  res.end(req.method === 'HEAD' ? undefined : body)
}
