import { generateAuthenticationOptions, verifyAuthenticationResponse } from '@simplewebauthn/server'
import { isVoid, mayProve, type Account, type Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { randomToken } from '#kit/random.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import { isFromOurPage, readAssertion, type Assertion } from './answer.ts'
import type { Challenges } from './challenges.ts'
import {
  challengeLifetime,
  relyingPartyOf,
  type Passkey,
  type PasskeyLogin,
  type PasskeyStore,
  type PasskeyVerdict,
  type VerifyPasskey,
} from './passkey.ts'
import { createRecorder } from './record.ts'
import { bytesOf } from './bytes.ts'

export type ProveDeps = {
  readonly store: PasskeyStore
  readonly challenges: Challenges
  readonly accounts: Pick<Accounts, 'find'>
  readonly audit: Pick<Audit, 'append'>
  readonly metrics?: Pick<Metrics, 'signIn'> | undefined
  readonly clock: Clock
}

export function createPasskeyLogin(deps: ProveDeps): PasskeyLogin {
  const { store, challenges } = deps
  return {
    async request({ tenant, binding, accountId }) {
      const challenge = await challenges.issue({ tenant, binding, ceremony: 'authenticate' })
      const owner = accountId && { tenantId: tenant.id, accountId }
      const known = owner ? await store.list(owner) : []
      return generateAuthenticationOptions({
        rpID: relyingPartyOf(tenant).id,
        challenge: bytesOf(challenge),
        timeout: challengeLifetime * 1000,
        userVerification: 'preferred',
        // SECURITY: to strangers it is the same for everybody: none named (Q53, Q73).
        allowCredentials: known.map(({ credentialId, transports }) => ({
          id: credentialId,
          transports: [...transports],
        })),
      })
    },
    verify: createVerify(deps),
  }
}

function createVerify(deps: ProveDeps): PasskeyLogin['verify'] {
  const { store, challenges, clock } = deps
  const record = createRecorder(deps)
  const judge = createJudge(deps)

  return async (input) => {
    const assertion = readAssertion(input.credential)
    if (!assertion) return record.unheard({ kind: 'malformed' })
    const { tenant, binding } = input
    const use = { tenant, binding, ceremony: 'authenticate' } as const
    const madeAt = await challenges.take(use, assertion.clientData.challenge)
    if (madeAt === undefined) return record.unheard({ kind: 'expired' })
    const passkey = await store.find(tenant.id, assertion.id)
    if (!passkey) return record.unheard(await unknown(assertion.id))
    const finding = await judge(input, { assertion, passkey, madeAt })
    if (finding.kind === 'refused') return record.refused(input, passkey, finding.why)
    if (finding.kind === 'other_account') return finding
    const { seen } = finding
    const at = epochSeconds(clock)
    if (!(await store.use(passkey, { ...seen, at: new Date(at * 1000) })))
      return record.refused(input, passkey, 'counter')
    await record.proved(input, passkey, hasGoneBack(passkey, seen.signCount))
    return { kind: 'proved', proof: proofOf(passkey, seen.userVerified, at) }
  }

  async function unknown(credentialId: string): Promise<PasskeyVerdict> {
    return { kind: 'unknown', credentialId, isGone: !(await store.isKnown(credentialId)) }
  }
}

/** RFC 8176 §2: `hwk` for a key that cannot leave its device, `swk` for one that can; `user`: somebody touched it. */
function proofOf({ accountId, backupEligible }: Passkey, userVerified: boolean, at: number) {
  const amr = [backupEligible ? 'swk' : 'hwk', 'user']
  return { method: 'passkey', accountId, amr, at, userVerified } as const
}

type Case = {
  readonly assertion: Assertion
  readonly passkey: Passkey
  /** When the challenge was made. */
  readonly madeAt: number
}

type Seen = {
  readonly signCount: number
  readonly backedUp: boolean
  readonly userVerified: boolean
}

type Finding =
  | { readonly kind: 'right'; readonly seen: Seen }
  | { readonly kind: 'other_account' }
  | Refusal

type Refusal = { readonly kind: 'refused'; readonly why: Why }
type Why = 'page' | 'user_handle' | 'signature' | 'backup_eligibility' | 'counter' | 'account'

const refuse = (why: Why): Refusal => ({ kind: 'refused', why })

/** WebAuthn L3 §7.2, but what one atomic step of the store decides. */
function createJudge({ store, accounts }: ProveDeps) {
  return async (input: VerifyPasskey, facts: Case): Promise<Finding> => {
    const { tenant, isExpected } = input
    const { passkey, madeAt } = facts
    const rp = relyingPartyOf(tenant)
    if (!isFromOurPage(facts.assertion.clientData, { type: 'webauthn.get', rp }))
      return refuse('page')
    const handle = await store.handleOf(passkey, randomToken())
    if (!namesOwner(facts.assertion, handle, isExpected !== undefined)) return refuse('user_handle')
    const signed = await verifySignature(facts.assertion, passkey, rp)
    const why = signed ? whyNot(passkey, signed) : 'signature'
    if (!signed || why) return refuse(why ?? 'signature')
    const account = await accounts.find(tenant.id, passkey.accountId)
    if (!account || !mayUse(account, madeAt)) return refuse('account')
    if (isExpected && !isExpected(account)) return { kind: 'other_account' }
    return { kind: 'right', seen: signed }
  }
}

/** Step 6: who was not identified before is named by the passkey, and always truly. */
function namesOwner({ response }: Assertion, handle: string, isIdentified: boolean): boolean {
  const { userHandle } = response
  return userHandle === handle || (isIdentified && !userHandle)
}

/** SECURITY: only for what is signed; anybody may claim a counter. */
function whyNot(passkey: Passkey, signed: Signed): Why | undefined {
  if (signed.backupEligible !== passkey.backupEligible) return 'backup_eligibility'
  return !passkey.backupEligible && hasGoneBack(passkey, signed.signCount) ? 'counter' : undefined
}

/** What ended all of an account ends what it was asked before as well. */
function mayUse(account: Account, madeAt: number): boolean {
  return mayProve(account) && !isVoid(account, madeAt)
}

/** WebAuthn L3 §7.2 step 22: a copy of the key may be about; of a synced one there are copies by design. */
function hasGoneBack({ signCount }: Passkey, now: number): boolean {
  return (now > 0 || signCount > 0) && now <= signCount
}

type Signed = Seen & { readonly backupEligible: boolean }

/** Undefined for a wrong signature, another RP id, no user presence, or flags that contradict each other. */
async function verifySignature(
  { id, rawId, response, clientData }: Assertion,
  { publicKey }: Passkey,
  rp: ReturnType<typeof relyingPartyOf>,
): Promise<Signed | undefined> {
  const { clientDataJSON, authenticatorData, signature } = response
  try {
    const { verified, authenticationInfo: info } = await verifyAuthenticationResponse({
      response: {
        id,
        rawId,
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON, authenticatorData, signature },
      },
      expectedChallenge: clientData.challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      // the counter is looked at here: what it means depends on the passkey
      credential: { id, publicKey: bytesOf(publicKey), counter: 0 },
      requireUserVerification: false,
    })
    if (!verified) return undefined
    return {
      signCount: info.newCounter,
      userVerified: info.userVerified,
      backedUp: info.credentialBackedUp,
      backupEligible: info.credentialDeviceType === 'multiDevice',
    }
  } catch {
    return undefined // the library throws for everything that is wrong with an answer
  }
}
