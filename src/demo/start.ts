import { currentRequestId } from '#telemetry/request-context.ts'
import type { Config } from '#config/config.ts'
import { createErrorBoundary } from '#http/error-boundary.ts'
import { readForm } from '#http/form.ts'
import { createServer } from '#http/server.ts'
import type { Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import type { Assets } from '#views/assets.ts'
import { demoOrigin, demoPort } from './demo.ts'
import { createRelyingParty } from './relying-party.ts'

export type RunningDemo = { readonly origin: string; close(): Promise<void> }

/** As `config/seed.demo.json` registers it: no secret, and nobody but a laptop knows this client. */
const demoClient = { clientId: 'demo-web', clientSecret: 'demo-web-secret-for-a-laptop-only' }

/** Undefined when somebody else has the port: the provider is worth starting without its demo. */
export async function startDemo(
  assets: Assets,
  deps: { readonly config: Config; readonly clock: Clock; readonly logger: Logger },
): Promise<RunningDemo | undefined> {
  const { config, clock, logger } = deps
  const errors = createErrorBoundary({
    renderError: (problem) => `<!doctype html><title>Error</title><p>${problem.reference}</p>`,
    isApi: () => false,
    requestId: currentRequestId,
    logger,
    clock,
  })
  const client = { issuer: config.issuer, origin: demoOrigin, ...demoClient }
  const app = createRelyingParty({ client, assets, readForm, errors })
  const serve = app.callback()
  const server = createServer({
    config: { host: '127.0.0.1', port: demoPort, tls: undefined, drain: 1000 },
    handler: (req, res) => void serve(req, res),
    logger,
  })
  try {
    await server.listen()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    logger.warn('the demo application did not start', { port: demoPort, reason: error.message })
    return undefined
  }
  return { origin: demoOrigin, close: () => server.drain() }
}
