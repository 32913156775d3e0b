import type { Context } from 'koa'
import type { Account } from '#account/account.ts'
import type { Form } from '#http/http.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import type { Requester } from '#login/login.ts'
import { relyingPartyOf } from '#login/passkey/passkey.ts'
import type { CeremonyOptions, PasskeyLogin, PasskeyVerdict } from '#login/passkey/passkey.ts'
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

/** What to ask the browser for at this step; nothing where no passkey is asked for. */
export async function passkeyOptions(
  visit: Visit,
  { passkeys }: Pick<PasskeyAnswerDeps, 'passkeys'>,
): Promise<CeremonyOptions> {
  const step = nextStep(visit)
  const asked = { tenant: visit.details.tenant, binding: csrfBinding(visit) }
  if (expectedAt(step)) return passkeys.request(asked)
  const [first] = proofsOf(visit)
  const isSecondStep = step.kind === 'second_step' && step.method === 'passkey'
  return first && isSecondStep ? passkeys.request({ ...asked, accountId: first.accountId }) : {}
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
