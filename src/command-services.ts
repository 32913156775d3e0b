import { createSmtpTransport } from '#mail/smtp.ts'
import { loadBlocklist } from '#login/password/blocklist.ts'
import type { Probes, Services } from '#commands/commands.ts'
import { createDatabaseProbe } from '#commands/postgres.ts'
import { createRedisProbe } from '#commands/redis.ts'
import { createRegistrationTokens } from '#oidc/registration-tokens.ts'
import { migrate, pendingMigrations } from '#storage/migrate.ts'
import { connectRedis } from '#storage/redis.ts'
import type { RedisConnection } from '#storage/redis.ts'
import type { Database } from '#storage/storage.ts'
import { openApp } from './app.ts'
import type { AppInput } from './app.ts'

/** What the command line works with: the same rooms as the server, listening to nothing. */
export async function openCommandServices(input: AppInput): Promise<Services & AsyncDisposable> {
  const app = await openApp(input)
  // A Redis that is down is `doctor`'s to tell; what needs it fails by itself.
  if (app.redis) await connectRedis(app.redis).catch(() => undefined)
  return {
    ...app,
    transactor: app.database,
    isCommonPassword: loadBlocklist(),
    registrationTokens: createRegistrationTokens({
      store: app.artifacts,
      sealer: app.sealer,
      clock: input.clock,
    }),
    migrations: {
      pending: () => pendingMigrations(app.database),
      apply: () => migrate(app.database),
    },
    probes: probesOf(input, app),
  }
}

function probesOf(
  { config }: AppInput,
  app: { readonly database: Database; readonly redis: RedisConnection | undefined },
): Probes {
  const { redis } = app
  const { smtpUrl: url, from } = config.mail
  return {
    database: createDatabaseProbe({ database: app.database }),
    redis: redis && createRedisProbe({ redis }),
    mail: url === undefined ? undefined : () => probeMail(url, from),
  }
}

async function probeMail(url: string, from: string): Promise<void> {
  const transport = createSmtpTransport({ url, from })
  try {
    await transport.verify()
  } finally {
    await transport.close()
  }
}
