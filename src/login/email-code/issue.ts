import { addressKey } from '#http/networks.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import { hmacSha256, sha256 } from '#kit/hash.ts'
import { brandId, type AccountId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { KeyDeriver } from '#kit/sealer.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import type { Throttle } from '../login.ts'
import type { DeviceCookies } from '../password/password.ts'
import { ownerOf, type Binding } from './binding.ts'
import { codeLifetime, codePurposes, type EmailCodes, type IssueCode } from './email-code.ts'
import type { LiveCode, Records } from './records.ts'
import { requesterRule, sendDailyRule, sendRule } from './rules.ts'

export type IssueDeps = {
  readonly throttle: Throttle
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly devices: Pick<DeviceCookies, 'matches'>
  readonly keys: KeyDeriver
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics?: Pick<Metrics, 'rateLimited'> | undefined
}

/** Seconds until the same browser may ask again, by how many it has had lately. */
const pauses = [60, 60, codeLifetime] as const

const nobody = brandId<AccountId>('nobody')

export function createIssue(
  deps: IssueDeps,
  records: Records,
  binding: Binding,
): EmailCodes['issue'] {
  const mayBeSent = createSendLimits(deps)

  async function put(input: IssueCode, handle: string, token: string): Promise<void> {
    const { tenant, email, accountId, decoy = false, data = {} } = input
    const issuedAt = deps.clock.now()
    const bound = { email, accountId, browser: sha256(input.browser), issuedAt }
    const mac = binding.mac(input, bound, binding.codeOf(input, token))
    await records.put({ tenant, purpose: input.purpose }, sha256(handle), {
      ...bound,
      mac: decoy ? randomToken() : mac,
      link: sha256(token),
      tries: 0,
      data,
    })
  }

  async function send(input: IssueCode, token: string): Promise<void> {
    const { tenant, email, purpose } = input
    const { kind, subject, text, html } = input.letter({
      code: binding.codeOf(input, token),
      link: `${tenant.issuer}${codePurposes[purpose].page}/${token}`,
      lifetime: codeLifetime,
    })
    const expiresAt = new Date(deps.clock.now() + codeLifetime * 1000)
    const mail = { kind, to: email, subject, text, html, expiresAt }
    await deps.outbox.enqueue({ tenantId: tenant.id, ...mail })
  }

  return async (input) => {
    const now = epochSeconds(deps.clock)
    const owner = ownerOf(input.email, sha256(input.browser))
    const before = await records.findLive(input, owner)
    if (before && now < before.nextAt) {
      const handle = binding.handleOf(input, owner, before.nonce)
      return { handle, fresh: false, nextAt: before.nextAt }
    }
    const nonce = randomToken()
    const handle = binding.handleOf(input, owner, nonce)
    const token = randomToken()
    const isMailed = await mayBeSent(input)
    // SECURITY: what nobody was sent nobody can know: left open, it could be guessed five times for each asking, and what
    // bounds guessing would be gone (Q39).
    await put({ ...input, decoy: input.decoy === true || !isMailed }, handle, token)
    const live = nextLive(before, { nonce, id: sha256(handle), now })
    await records.putLive(input, owner, live) // from here on the older one is void
    if (isMailed) await send(input, token)
    return { handle, fresh: true, nextAt: live.nextAt }
  }
}

function nextLive(
  before: LiveCode | undefined,
  { nonce, id, now }: { readonly nonce: string; readonly id: string; readonly now: number },
): LiveCode {
  const sends = (before?.sends ?? 0) + 1
  const pause = pauses[Math.min(sends, pauses.length) - 1] ?? codeLifetime
  return { id, nonce, sends, nextAt: now + pause }
}

/** Q40. What is refused is not told: the answer would say that somebody else asked for the same address. */
function createSendLimits(deps: IssueDeps) {
  const { throttle, devices, keys, logger, metrics } = deps

  /** The mails a known device asks for count against that device alone: nobody else can use them up (Q37, Q38). */
  function countsOf({ tenant, email, accountId, requester }: IssueCode) {
    const { deviceCookie, ip } = requester
    // an end voids nothing here: all it opens is a count of mails
    const isKnown = devices.matches(tenant.id, accountId ?? nobody, deviceCookie, undefined)
    // Q35: every way of writing an address is one; whoever has no account here does not stand in a table of ours.
    const address = hmacSha256(keys.derive('identifier', tenant.id), canonicalEmail(email) ?? email)
    const subject = isKnown ? `${address}.${sha256(deviceCookie ?? '')}` : address
    const own = [[sendRule, subject] as const, [sendDailyRule, subject] as const]
    return isKnown ? own : [[requesterRule, addressKey(ip)] as const, ...own]
  }

  return async (input: IssueCode): Promise<boolean> => {
    const counts = countsOf(input)
    for (const [rule, counted] of counts) {
      const answer = await throttle.attempt(rule, input.tenant.id, counted)
      if (answer.allowed) continue
      metrics?.rateLimited(rule.name)
      const fields = { tenant_id: input.tenant.id, rule: rule.name, ip: input.requester.ip }
      logger.info('a mail with a code was not sent', fields)
      return false
    }
    return true
  }
}
