import type { Account } from '#account/account.ts'
import type { Transaction } from '#storage/storage.ts'
import { refusal } from './failure.ts'
import type { InTenant, Runner } from './runner.ts'
import { generatePassword } from './seed/apply.ts'
import { passwordAdvice } from './seed/plan.ts'

const actor = { kind: 'cli' } as const

/** A password, and whether it was drawn here and so has to be shown once; or the hash another system made of it. */
export type Chosen =
  | { readonly password: string; readonly isGenerated: boolean; readonly hash?: undefined }
  | { readonly hash: string }

/** Where it comes from: standard input, our own dice, or standard input as the hash another system made. */
export type Source = 'typed' | 'drawn' | 'hash'

export async function choosePassword(
  source: Source,
  { tenant }: InTenant,
  { input }: Runner,
): Promise<Chosen> {
  if (source === 'drawn') return { password: generatePassword(tenant), isGenerated: true }
  if (source === 'hash') return { hash: (await input.readNewSecret('Password hash')).trim() }
  return { password: await input.readNewSecret('Password'), isGenerated: false }
}

/** Throws when the password, or the hash, may not be one. */
export async function keepPassword(
  account: Account,
  chosen: Chosen,
  { services, tenant }: InTenant,
  within?: Transaction,
): Promise<void> {
  const whose = { tenant, account, actor }
  if (chosen.hash !== undefined) {
    const { hash } = chosen
    const imported = await services.passwords.importHash({ ...whose, hash }, within)
    if (imported.outcome === 'set') return
    throw refusal('user.password_hash_refused', `The hash ${imported.reason}.`)
  }
  const { password } = chosen
  const result = await services.passwords.setPassword({ ...whose, password }, within)
  if (result.outcome === 'set') return
  const advice = passwordAdvice(result.reason, tenant)
  throw refusal('user.password_refused', `The password ${advice}.`, { reason: result.reason })
}
