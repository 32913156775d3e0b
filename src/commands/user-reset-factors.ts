import type { Command } from 'commander'
import type { RemovedFactors } from '#login/factor-reset/factor-reset.ts'
import { personNamed, unknownUser } from './person.ts'
import type { InTenant, Outcome, Runner } from './runner.ts'

/** For who has lost the phone and the paper. */
export function addUserResetFactors(user: Command, runner: Runner): void {
  user
    .command('reset-factors')
    .description(
      'take authenticator app, recovery codes, passkeys and trusted devices away, end every session, and tell the person',
    )
    .argument('<email>')
    .action((email: string) => runner.inTenant((context) => resetFactors(email, context)))
}

async function resetFactors(email: string, context: InTenant): Promise<Outcome> {
  const { services, tenant } = context
  const account = await personNamed(email, context)
  const whose = { tenant, accountId: account.id, actor: { kind: 'cli' } } as const
  const removed = await services.factorResets.reset(whose)
  if (!removed) throw unknownUser(email)
  const { totp, recoveryCodes, passkeys, trustedDevices } = removed
  return {
    json: {
      sub: account.id,
      email: account.email,
      removed: {
        totp,
        recovery_codes: recoveryCodes,
        passkeys,
        trusted_devices: trustedDevices,
      },
    },
    text: `The second factors of ${account.email} are gone (${listOf(removed)}); every session ended, and a mail tells them.`,
  }
}

function listOf({ totp, recoveryCodes, passkeys, trustedDevices }: RemovedFactors): string {
  return [
    `authenticator app: ${totp}`,
    `recovery codes: ${recoveryCodes}`,
    `passkeys: ${passkeys}`,
    `trusted devices: ${trustedDevices}`,
  ].join(', ')
}
