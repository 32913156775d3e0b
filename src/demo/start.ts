import type Koa from 'koa'
import { currentRequestId } from '#telemetry/request-context.ts'
import type { Config, DemoConfig } from '#config/config.ts'
import { connectionUrl } from '#federation/federation.ts'
import { createErrorBoundary } from '#http/error-boundary.ts'
import { readForm } from '#http/form.ts'
import { createServer } from '#http/server.ts'
import type { Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import type { KeyDeriver } from '#kit/sealer.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import type { Assets } from '#views/assets.ts'
import { acmeIssuer, applicationOrigin, demoClients, identityProviderOrigin } from './demo.ts'
import { createIdentityProvider } from './identity-provider/host.ts'
import { createRelyingParty } from './relying-party.ts'

export type RunningDemo = {
  /** Of the application; undefined when somebody else has its port: the provider is worth starting without its demo. */
  readonly origin: string | undefined
  close(): Promise<void>
}

type StartDeps = {
  readonly config: Pick<Config, 'issuer'>
  readonly assets: Assets
  readonly clock: Clock
  readonly keys: KeyDeriver
  readonly logger: Logger
}

/** The application, and the identity provider of the tenant `acme`. */
export async function startDemo(demo: DemoConfig, deps: StartDeps): Promise<RunningDemo> {
  const { config, assets, clock, logger, keys } = deps
  const errors = createErrorBoundary({
    renderError: (problem) => `<!doctype html><title>Error</title><p>${problem.reference}</p>`,
    isApi: () => false,
    requestId: currentRequestId,
    logger,
    clock,
  })
  const host = { assets, errors, readForm, clock }
  const clients = demoClients(config.issuer, demo)
  const provider = { origin: identityProviderOrigin(demo), keys, ...signetAt(config.issuer) }
  const [application, identityProvider] = await Promise.all([
    listen(createRelyingParty({ ...host, clients }), demo.application, logger),
    listen(createIdentityProvider({ ...host, ...provider }), demo.identityProvider, logger),
  ])
  return {
    origin: application && applicationOrigin(demo),
    async close() {
      await Promise.all([application?.drain(), identityProvider?.drain()])
    },
  }
}

/** Signet itself, as `config/seed.demo.json` has its connections. */
function signetAt(issuer: string) {
  const acme = { issuer: acmeIssuer(issuer) }
  const partners = brandId<ConnectionId>('partners')
  const employees = brandId<ConnectionId>('employees')
  return {
    client: { clientId: 'signet-acme', redirectUri: connectionUrl(acme, partners, 'callback') },
    serviceProvider: {
      entityId: connectionUrl(acme, employees, 'metadata'),
      acs: connectionUrl(acme, employees, 'acs'),
    },
  }
}

async function listen(app: Koa, port: number, logger: Logger) {
  const serve = app.callback()
  const server = createServer({
    config: { host: '127.0.0.1', port, tls: undefined, drain: 1000 },
    handler: (req, res) => void serve(req, res),
    logger,
  })
  try {
    await server.listen()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    logger.warn('a part of the demo did not start', { port, reason: error.message })
    return undefined
  }
  return server
}
