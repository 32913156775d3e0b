import type { Command } from 'commander'
import type { SigningKey } from '#key/key.ts'
import { refusal } from './failure.ts'
import type { InTenant, Runner } from './runner.ts'
import { table } from './table.ts'

type RotateOptions = { readonly emergency?: boolean; readonly now?: boolean }

const day = 24 * 3600 * 1000

export function addKeyCommands(program: Command, runner: Runner): void {
  const key = program.command('key').description('signing keys of a tenant')

  key
    .command('list')
    .description('what is published')
    .action(() =>
      runner.inTenant(async ({ services, tenant }) => {
        const keys = await services.keys.list(tenant.id)
        return { json: keys.map(keyJson), text: keyTable(keys) }
      }),
    )

  key
    .command('rotate')
    .description('sign with the next key, which is published already; keep publishing the old one')
    .option('--emergency', 'a key is known to somebody else: forget all, begin with new ones')
    .option('--now', 'even if the next key was published less than a day ago')
    .action((options: RotateOptions) =>
      runner.inTenant(async (context) => {
        const { services, tenant } = context
        const emergency = options.emergency === true
        if (!emergency && !options.now) await refuseYoung(context, runner)
        const keys = await services.keys.rotate(tenant.id, { emergency }, { kind: 'cli' })
        const notes = emergency
          ? ['What the old keys signed is refused from now on: people and clients need new tokens.']
          : []
        return { json: keys.map(keyJson), text: keyTable(keys), notes }
      }),
    )
}

/** Q88: published a day before use, so that every relying party has it in its cache when it signs. */
async function refuseYoung({ services, tenant }: InTenant, { clock }: Runner): Promise<void> {
  const keys = await services.keys.list(tenant.id)
  const published = keys.filter(({ state }) => state === 'next').map(({ changedAt }) => +changedAt)
  const ready = Math.max(0, ...published) + day
  if (ready <= clock.now()) return
  throw refusal(
    'key.too_young',
    `The next key is published since less than a day, and not every relying party knows it yet. Rotate after ` +
      `${new Date(ready).toISOString()}; or --now; or --emergency when a key is known to somebody else.`,
  )
}

function keyTable(keys: readonly SigningKey[]): string {
  const rows = keys.map((key) => [key.kid, key.alg, key.state, key.changedAt.toISOString()])
  return table(['KID', 'ALG', 'STATE', 'SINCE'], rows)
}

function keyJson({ kid, alg, state, createdAt, changedAt, expiresAt }: SigningKey): object {
  return { kid, alg, state, created_at: createdAt, changed_at: changedAt, expires_at: expiresAt }
}
