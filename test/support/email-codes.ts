import { randomBytes } from 'node:crypto'
import { createMemoryAccountStore } from '#account/memory.ts'
import { createAccounts } from '#account/service.ts'
import { createMemoryAudit } from '#audit/memory.ts'
import { createKeyDeriver } from '#kit/sealer.ts'
import { randomToken } from '#kit/random.ts'
import type { CodePurpose, IssueCode, LetterFacts } from '#login/email-code/email-code.ts'
import { createEmailCodes } from '#login/email-code/service.ts'
import { createDeviceCookies } from '#login/password/device-cookie.ts'
import { createMemoryThrottle } from '#login/throttle/memory.ts'
import { createMemoryOutbox } from '#mail/memory.ts'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import { silentLogger } from '#telemetry/logger.ts'
import { createFakeClock } from './fake-clock.ts'
import { actor, email, requesterFrom, tenant } from './password-login.ts'

/** A tenant with one person, `ada`; everything in memory. What was mailed last is in `mailed`. */
export async function openEmailCodes() {
  const clock = createFakeClock()
  const audit = createMemoryAudit({ clock })
  const keys = createKeyDeriver([randomBytes(32)])
  const ephemeral = createMemoryEphemeral({ clock })
  const outbox = createMemoryOutbox({ clock })
  const devices = createDeviceCookies({ keys, clock })
  const accounts = createAccounts({
    store: createMemoryAccountStore(),
    clock,
    audit,
    ender: { endAccount: async () => undefined },
    transactor: { transaction: <T>(work: (within: undefined) => Promise<T>) => work(undefined) },
  })
  const throttle = createMemoryThrottle({ clock })
  const deps = { ephemeral, throttle, accounts, outbox, devices, keys, clock, logger: silentLogger }
  const codes = createEmailCodes(deps)
  const made = await accounts.create({
    tenantId: tenant.id,
    email,
    emailVerified: true,
    profile: {},
    actor,
  })
  if (made.outcome !== 'created') throw new Error(made.outcome)
  const ada = made.account
  const mailed: LetterFacts[] = []
  const browser = randomToken()
  let from = 0

  /** From another network address each time, unless a requester is given. */
  const issue = (other: Partial<IssueCode> = {}) => {
    from += 1
    return codes.issue({
      tenant,
      purpose: 'sign_in',
      email,
      accountId: ada.id,
      browser,
      requester: requesterFrom(`10.1.${from >>> 8}.${from & 255}`),
      letter: (facts) => {
        mailed.push(facts)
        return { kind: 'test', subject: 'Code', text: facts.code, html: facts.link }
      },
      ...other,
    })
  }
  const last = (): LetterFacts => {
    const facts = mailed.at(-1)
    if (!facts) throw new Error('nothing was mailed')
    return facts
  }
  const verify = (
    handle: string,
    code: string,
    other: { browser?: string; purpose?: CodePurpose } = {},
  ) => {
    from += 1
    const requester = requesterFrom(`10.1.${from >>> 8}.${from & 255}`)
    return codes.verify({ tenant, purpose: 'sign_in', handle, browser, code, requester, ...other })
  }
  /** The token of the last link. */
  const token = (): string => last().link.split('/').at(-1) ?? ''
  const link = (
    other: { browser?: string | undefined; purpose?: CodePurpose; token?: string } = {},
  ) => ({
    tenant,
    purpose: 'sign_in' as const,
    token: token(),
    browser,
    ...other,
  })
  return { ...deps, codes, ada, browser, mailed, issue, verify, last, link, token, audit }
}

/** Another code of six digits. */
export function otherThan(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0')
}
