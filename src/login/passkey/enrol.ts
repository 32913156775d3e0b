import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server'
import { decodeAttestationObject, isoBase64URL, isoCBOR } from '@simplewebauthn/server/helpers'
import { isVoid, type Accounts, type HeldAccount } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { randomToken } from '#kit/random.ts'
import { isSteppedUp } from '#session/session.ts'
import { isFromOurPage, readAttestation, type Attestation } from './answer.ts'
import { bytesOf } from './bytes.ts'
import type { Challenges } from './challenges.ts'
import {
  algorithms,
  challengeLifetime,
  longestCredentialId,
  mostPasskeys,
  relyingPartyOf,
  type AddPasskey,
  type AddPasskeyResult,
  type Passkey,
  type Passkeys,
  type PasskeyStore,
  type TellPasskey,
} from './passkey.ts'

export type EnrolDeps = {
  readonly store: PasskeyStore
  readonly challenges: Challenges
  readonly accounts: Pick<Accounts, 'hold'>
  readonly audit: Pick<Audit, 'append'>
  readonly tell: TellPasskey
  readonly clock: Clock
}

export function createOffer({ store, challenges }: EnrolDeps): Passkeys['offer'] {
  return async ({ tenant, account, binding }) => {
    const owner = { tenantId: tenant.id, accountId: account.id }
    const known = await store.list(owner)
    const use = { tenant, binding, ceremony: 'register', accountId: account.id } as const
    const challenge = await challenges.issue(use)
    return generateRegistrationOptions({
      rpName: tenant.name,
      rpID: relyingPartyOf(tenant).id,
      userID: bytesOf(await store.handleOf(owner, randomToken())),
      userName: account.email,
      userDisplayName: account.profile.name ?? account.email,
      challenge: bytesOf(challenge),
      timeout: challengeLifetime * 1000,
      attestationType: 'none',
      supportedAlgorithmIDs: [...algorithms],
      authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
      excludeCredentials: known.map(({ credentialId, transports }) => ({
        id: credentialId,
        transports: [...transports],
      })),
    })
  }
}

export function createAdd(deps: EnrolDeps): Passkeys['add'] {
  const { challenges, accounts, clock } = deps
  return async (input) => {
    const attestation = readAttestation(input.credential)
    if (!attestation) return { kind: 'malformed' }
    const { tenant, binding, accountId } = input
    const use = { tenant, binding, ceremony: 'register', accountId } as const
    const madeAt = await challenges.take(use, attestation.clientData.challenge)
    if (madeAt === undefined) return { kind: 'expired' }
    const credential = await verified(attestation, relyingPartyOf(tenant))
    if (!credential) return { kind: 'refused' }
    const now = epochSeconds(clock)
    const passkey = { ...credential, ...freshFor(input, attestation, now) }
    const keep = createKeep(deps, input, { passkey, madeAt, now })
    return (await accounts.hold(tenant.id, accountId, keep)) ?? { kind: 'over' }
  }
}

/** On the locked account: two that are added at once are counted one after the other. */
function createKeep(
  { store, audit, tell }: EnrolDeps,
  { tenant, provedAt, requester }: AddPasskey,
  { passkey, madeAt, now }: { passkey: Passkey; madeAt: number; now: number },
) {
  return async ({ account, within }: HeldAccount): Promise<AddPasskeyResult> => {
    if (account.status !== 'active' || isVoid(account, madeAt)) return { kind: 'over' }
    // Q64: whoever finds a browser left open must not make themselves at home in the account
    if (!isSteppedUp(provedAt, now) || isVoid(account, provedAt)) return { kind: 'step_up' }
    if ((await store.list(passkey, within)).length >= mostPasskeys) return { kind: 'too_many' }
    if (!(await store.insert(passkey, within))) return { kind: 'taken' }
    const { ip, userAgent, requestId } = requester
    await audit.append(
      {
        tenantId: tenant.id,
        type: 'factor.passkey_added',
        outcome: 'success',
        actor: { kind: 'account', id: account.id },
        accountId: account.id,
        ip,
        userAgent,
        requestId,
        detail: { aaguid: passkey.aaguid, synced: passkey.backupEligible },
      },
      within,
    )
    await tell({ tenant, account, what: 'added', passkey, ip }, within)
    return { kind: 'added', passkey }
  }
}

function freshFor({ tenant, accountId }: AddPasskey, { response }: Attestation, now: number) {
  return {
    tenantId: tenant.id,
    accountId,
    transports: response.transports,
    name: undefined,
    createdAt: new Date(now * 1000),
    lastUsedAt: undefined,
    verifiedAt: undefined,
  }
}

type Credential = Pick<
  Passkey,
  'credentialId' | 'publicKey' | 'signCount' | 'backupEligible' | 'backedUp' | 'aaguid'
>

/** WebAuthn L3 §7.1, but what the store decides. Undefined where anything is wrong. */
async function verified(
  attestation: Attestation,
  rp: ReturnType<typeof relyingPartyOf>,
): Promise<Credential | undefined> {
  const { id, rawId, response, clientData } = attestation
  if (!isFromOurPage(clientData, { type: 'webauthn.create', rp })) return undefined
  try {
    const { clientDataJSON } = response
    const { registrationInfo: info } = await verifyRegistrationResponse({
      response: {
        id,
        rawId,
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON, attestationObject: bare(response.attestationObject) },
      },
      expectedChallenge: clientData.challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      requireUserVerification: false,
      supportedAlgorithmIDs: [...algorithms],
    })
    return info && info.credential.id === id ? credentialOf(info) : undefined
  } catch {
    return undefined // the library throws for everything that is wrong with an answer
  }
}

type Info = NonNullable<Awaited<ReturnType<typeof verifyRegistrationResponse>>['registrationInfo']>

function credentialOf({ credential, ...info }: Info): Credential | undefined {
  if (Buffer.from(credential.id, 'base64url').length > longestCredentialId) return undefined
  return {
    credentialId: credential.id,
    publicKey: isoBase64URL.fromBuffer(credential.publicKey),
    signCount: credential.counter,
    backupEligible: info.credentialDeviceType === 'multiDevice',
    backedUp: info.credentialBackedUp,
    aaguid: info.aaguid,
  }
}

/**
 * SECURITY: without its attestation statement. None was asked for and none is believed; to check one the library would
 * follow addresses in a stranger's certificate.
 */
function bare(attestationObject: string): string {
  const authData = decodeAttestationObject(bytesOf(attestationObject)).get('authData')
  return isoBase64URL.fromBuffer(
    isoCBOR.encode(
      new Map<string, string | Uint8Array | Map<string, string>>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]),
    ),
  )
}
