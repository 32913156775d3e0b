import { isVoid, mayProve, type Account, type Accounts } from '#account/account.ts'
import { addressKey } from '#http/networks.ts'
import { typedDigits } from '#kit/digits.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import { sha256 } from '#kit/hash.ts'
import type { Ephemeral } from '#storage/storage.ts'
import { createBinding, ownerOf, type Binding } from './binding.ts'
import {
  codeLength,
  codePurposes,
  mostTries,
  type CodeProved,
  type CodeVerdict,
  type EmailCodes,
  type LinkView,
  type OpenLink,
  type VerifyCode,
} from './email-code.ts'
import { createIssue, type IssueDeps } from './issue.ts'
import { createRecords, type CodeRecord, type Records, type Shelf } from './records.ts'
import { guessRule } from './rules.ts'

export type EmailCodeDeps = IssueDeps & {
  readonly ephemeral: Ephemeral
  readonly accounts: Pick<Accounts, 'find'>
}

type Workings = EmailCodeDeps & { readonly records: Records; readonly binding: Binding }
type Redeem = (shelf: Shelf, id: string) => Promise<CodeProved | undefined>

export function createEmailCodes(deps: EmailCodeDeps): EmailCodes {
  const records = createRecords(deps.ephemeral)
  const binding = createBinding(deps.keys)
  const workings = { ...deps, records, binding }
  const redeem = createRedeem(workings)
  const look = createLook(workings)

  return {
    issue: createIssue(deps, records, binding),
    verify: createVerify(workings, redeem),
    look,

    async consume(input) {
      const view = await look(input)
      const id = await records.findByLink(input, input.token)
      if (view.kind !== 'here' || id === undefined) return { kind: 'over' }
      return (await redeem(input, id)) ?? { kind: 'over' }
    },
  }
}

function createVerify(deps: Workings, redeem: Redeem): EmailCodes['verify'] {
  const { records, binding, throttle, metrics } = deps

  async function check(input: VerifyCode): Promise<CodeVerdict> {
    const id = sha256(input.handle)
    const known = await records.find(input, id)
    if (!known || !isOf(known, input.browser) || !(await isLive(records, input, id, known))) {
      return { kind: 'expired' }
    }
    if (known.tries >= mostTries) return { kind: 'too_many' }
    const code = typedDigits(input.code, codeLength)
    if (code === undefined) return { kind: 'wrong', left: mostTries - known.tries } // not a try
    const counted = await records.count(input, id)
    if (counted.kind === 'too_many') return { kind: 'too_many' }
    if (counted.kind === 'gone') return { kind: 'expired' }
    if (binding.fits(input, counted.record, code)) {
      return (await redeem(input, id)) ?? { kind: 'expired' }
    }
    const left = mostTries - counted.record.tries
    return left > 0 ? { kind: 'wrong', left } : { kind: 'too_many' }
  }

  return async (input) => {
    const { tenant, requester } = input
    const address = addressKey(requester.ip)
    const answer = await throttle.attempt(guessRule, tenant.id, address)
    if (!answer.allowed) {
      metrics?.rateLimited(guessRule.name)
      return { kind: 'throttled', retryAfter: answer.retryAfter }
    }
    const verdict = await check(input)
    if (verdict.kind === 'proved') {
      await throttle.settle(tenant.id, { forgive: [{ rule: guessRule, subject: address }] })
    }
    return verdict
  }
}

function createLook({ records, binding }: Workings): (input: OpenLink) => Promise<LinkView> {
  return async (input) => {
    const id = await records.findByLink(input, input.token)
    const record = id === undefined ? undefined : await records.find(input, id)
    if (id === undefined || !record || record.tries >= mostTries) return { kind: 'over' }
    const code = binding.codeOfLink(input, record)
    if (code === undefined || !(await isLive(records, input, id, record))) return { kind: 'over' }
    return isOf(record, input.browser)
      ? { kind: 'here', email: record.email, data: record.data }
      : { kind: 'elsewhere', code }
  }
}

/** Takes the record, once, and looks whether what it stands for still holds. */
function createRedeem({ records, accounts }: Workings): Redeem {
  return async (shelf, id) => {
    const record = await records.take(shelf, id)
    if (!record) return undefined
    const { email, accountId, browser, data } = record
    await records.removeLive(shelf, ownerOf(email, browser))
    const issuedAt = Math.floor(record.issuedAt / 1000)
    const proved = { kind: 'proved', email, accountId, data, issuedAt } as const
    if (accountId === undefined) return proved
    const account = await accounts.find(shelf.tenant.id, accountId)
    // disabled since (Q18); or everything was ended: what was asked for before is void (Q54, Q62)
    const isOpen = shelf.purpose === 'change_email' ? isActive : mayProve
    if (!account || !isOpen(account) || isVoid(account, issuedAt)) return undefined
    const isOwn = codePurposes[shelf.purpose].address === 'own'
    // another address since: what the old one receives proves nothing any more (Q56)
    if (isOwn && account.emailCanonical !== canonicalEmail(email)) return undefined
    return proved
  }
}

const isActive = ({ status }: Account) => status === 'active'

function isOf(record: CodeRecord, browser: string | undefined): boolean {
  return browser !== undefined && record.browser === sha256(browser)
}

/** Only the newest code of a browser counts. */
async function isLive(
  records: Records,
  shelf: Shelf,
  id: string,
  { email, browser }: CodeRecord,
): Promise<boolean> {
  return (await records.findLive(shelf, ownerOf(email, browser)))?.id === id
}
