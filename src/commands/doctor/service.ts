import { signingAlgorithms } from '#key/key.ts'
import { mainSlug } from '#tenant/tenant.ts'
import type { Services } from '../commands.ts'
import { attempt, fail, ok, type Finding } from './finding.ts'

export function checkMail({ probes }: Pick<Services, 'probes'>): Promise<readonly Finding[]> {
  const { mail } = probes
  return attempt('mail', 'Check SMTP_URL: address, TLS, user name and password.', async () => {
    if (!mail) return ok('mail', 'no server is configured: mail is kept, and shown at /dev/mail')
    await mail()
    return ok('mail', 'the mail server lets us in')
  })
}

/** Looks without making any: a tenant draws its keys when it is first asked for them. */
export function checkKeys({
  tenants,
  keys,
}: Pick<Services, 'tenants' | 'keys'>): Promise<readonly Finding[]> {
  const fix = 'Start the server once: a tenant draws its keys at the first request.'
  return attempt('signing keys', fix, async () => {
    const all = await tenants.list()
    if (!all.some(({ slug }) => slug === mainSlug))
      return fail('signing keys', 'there is no main tenant yet', fix)
    const missing: string[] = []
    for (const { id, slug } of all) {
      const current = (await keys.list(id)).filter(({ state }) => state === 'current')
      const isWhole = signingAlgorithms.every((alg) => current.some((key) => key.alg === alg))
      if (!isWhole) missing.push(slug)
    }
    return missing.length === 0
      ? ok('signing keys', `${all.length} of ${all.length} tenants have theirs`)
      : fail('signing keys', `without: ${missing.join(', ')}`, fix)
  })
}
