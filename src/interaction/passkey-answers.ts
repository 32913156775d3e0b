import type { Context } from 'koa'
import type { Account, Accounts } from '#account/account.ts'
import type { Form } from '#http/http.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import type { Requester } from '#login/login.ts'
import { relyingPartyOf } from '#login/passkey/passkey.ts'
import type {
  CeremonyOptions,
  PasskeyLogin,
  Passkeys,
  PasskeyVerdict,
} from '#login/passkey/passkey.ts'
import type { PasskeyOffer } from '#views/components/passkey.ts'
import type { Answer } from './answer.ts'
import type { Notice, Progress, ProgressStore, Step } from './interaction.ts'
import { nextStep } from './next-step.ts'
import { proofsOf } from './proofs.ts'
import { addressOf, csrfBinding } from './visit.ts'
import type { Visit } from './visit.ts'

export type PasskeyAnswerDeps = {
  readonly passkeys: PasskeyLogin
  readonly progress: ProgressStore
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
}

/** A passkey says who somebody is and proves it, wherever that is asked. */
export function createPasskeyAnswers(deps: PasskeyAnswerDeps): Readonly<Record<'passkey', Answer>> {
  return {
    passkey: async (visit, form) => {
      const expected = expectedAt(nextStep(visit))
      if (expected !== undefined) await provePasskey(visit, form, { ...deps, ...expected })
    },
  }
}

type Expected = { readonly isExpected?: ((account: Account) => boolean) | undefined }

/** Whose passkey is asked for here; undefined where none is. */
function expectedAt(step: Step): Expected | undefined {
  if (step.kind === 'identifier') return {}
  if (step.kind !== 'password') return undefined
  const email = canonicalEmail(step.email)
  return { isExpected: ({ emailCanonical }) => emailCanonical === email }
}

export async function provePasskey(
  visit: Visit,
  form: Form,
  deps: PasskeyAnswerDeps & Expected,
): Promise<void> {
  const { tenant, uid } = visit.details
  const { ip, userAgent, requestId } = deps.requesterOf(visit.ctx)
  const verdict = await deps.passkeys.verify({
    tenant,
    binding: csrfBinding(visit),
    credential: form.get('credential') ?? '',
    requester: { ip, userAgent, requestId },
    isExpected: deps.isExpected,
  })
  await deps.progress.change(tenant.id, uid, after(verdict))
}

function after(verdict: PasskeyVerdict): (before: Progress) => Progress {
  if (verdict.kind !== 'proved') return (before) => ({ ...before, notice: noticeOf(verdict) })
  return (before) => ({
    ...before,
    notice: undefined,
    way: undefined,
    proofs: [...before.proofs, verdict.proof],
  })
}

function noticeOf(verdict: Exclude<PasskeyVerdict, { kind: 'proved' }>): Notice {
  switch (verdict.kind) {
    case 'unknown':
      return verdict.isGone
        ? { kind: 'passkey', why: 'unknown_gone', gone: verdict.credentialId }
        : { kind: 'passkey', why: 'unknown' }
    case 'other_account':
      return { kind: 'passkey', why: 'other_account' }
    case 'refused':
    case 'expired':
    case 'malformed':
      return { kind: 'passkey', why: 'refused' }
  }
}

export type NewPasskeyDeps = Pick<PasskeyAnswerDeps, 'progress' | 'requesterOf'> & {
  readonly passkeys: Pick<Passkeys, 'offer' | 'add'>
  readonly accounts: Pick<Accounts, 'find'>
}

/** Puts one into the account of whoever has just proved who they are. `step_up`: the proof is too old for that (Q64). */
export async function makePasskey(
  visit: Visit,
  form: Form,
  deps: NewPasskeyDeps,
): Promise<'added' | 'step_up' | 'refused'> {
  const { tenant } = visit.details
  const proofs = proofsOf(visit)
  const [first] = proofs
  if (!first) return 'refused'
  const { ip, userAgent, requestId } = deps.requesterOf(visit.ctx)
  const { kind } = await deps.passkeys.add({
    tenant,
    accountId: first.accountId,
    requester: { ip, userAgent, requestId },
    provedAt: Math.max(...proofs.map(({ at }) => at)),
    binding: csrfBinding(visit),
    credential: form.get('credential') ?? '',
  })
  return kind === 'added' || kind === 'step_up' ? kind : 'refused'
}

/** What to ask the browser for at this step; nothing where no passkey is asked for. */
export async function passkeyOptions(
  visit: Visit,
  form: Form,
  deps: Pick<PasskeyAnswerDeps, 'passkeys' | 'progress'> &
    Pick<NewPasskeyDeps, 'passkeys' | 'accounts'>,
): Promise<CeremonyOptions> {
  const { passkeys } = deps
  if (form.get('platform') === 'true') await noteDevice(visit, deps.progress)
  const step = nextStep(visit)
  const asked = { tenant: visit.details.tenant, binding: csrfBinding(visit) }
  if (expectedAt(step)) return passkeys.request(asked)
  const [first] = proofsOf(visit)
  const isMade = step.kind === 'nudge' || (step.kind === 'enrol' && step.method === 'passkey')
  if (first && isMade) {
    const account = await deps.accounts.find(asked.tenant.id, first.accountId)
    return account ? passkeys.offer({ ...asked, account }) : {}
  }
  const isSecondStep = step.kind === 'second_step' && step.method === 'passkey'
  return first && isSecondStep ? passkeys.request({ ...asked, accountId: first.accountId }) : {}
}

/** The script says that this device can keep a passkey. */
async function noteDevice(
  { details, progress }: Visit,
  store: Pick<ProgressStore, 'change'>,
): Promise<void> {
  if (progress.canMakePasskey) return
  const { tenant, uid } = details
  await store.change(tenant.id, uid, (before) => ({ ...before, canMakePasskey: true }))
}

/** What a page says of passkeys; `answer`: where they are posted to. */
export function passkeyOfferOf(visit: Visit, answer: string): PasskeyOffer {
  const { notice } = visit.progress
  const offer = { action: addressOf(visit, answer), options: addressOf(visit, 'passkey-options') }
  if (notice?.kind !== 'passkey') return offer
  const { why: error, gone } = notice
  if (gone === undefined) return { ...offer, error }
  const { id: rpId } = relyingPartyOf(visit.details.tenant)
  return { ...offer, error, signals: { signalUnknownCredential: { rpId, credentialId: gone } } }
}
