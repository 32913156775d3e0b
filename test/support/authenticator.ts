import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

/**
 * An authenticator and its browser in software: makes passkeys and signs with them as WebAuthn L3 §6.3 says, and lies
 * about anything a test wants it to. Its CBOR and its COSE keys are written here, not by the library that reads them.
 */
export type Authenticator = {
  /** Answers to creation options, as a browser would post it. */
  create(options: object, lies?: Lies): string
  /** Answers to request options with one of its passkeys: the one made last, unless told. */
  get(options: object, lies?: Lies & { readonly credentialId?: string }): string
  readonly credentialIds: readonly string[]
}

export type Lies = {
  readonly origin?: string
  readonly type?: string
  readonly challenge?: string
  readonly crossOrigin?: boolean
  readonly topOrigin?: string
  readonly rpId?: string
  readonly userPresent?: boolean
  readonly userVerified?: boolean
  readonly backupEligible?: boolean
  readonly backedUp?: boolean
  /** What it says it has counted. */
  readonly count?: number
  /** `null`: none. */
  readonly userHandle?: string | null
  readonly credentialId?: string
  /** Signs something else. */
  readonly wrongSignature?: boolean
  /** Replaces what stands beside the authenticator data. */
  readonly attestation?: { readonly fmt: string; readonly attStmt: Map<string, Cbor> }
}

export type AuthenticatorOptions = {
  /** Where its browser is. */
  readonly origin: string
  readonly algorithm?: 'ES256' | 'EdDSA' | 'RS256' | 'ES384'
  readonly aaguid?: string
  /** A synced one counts nothing. */
  readonly synced?: boolean
  readonly userVerified?: boolean
  readonly idLength?: number
}

type Kept = {
  readonly id: string
  readonly rpId: string
  readonly userHandle: string
  readonly key: KeyObject
  count: number
}

type Options = {
  readonly challenge: string
  readonly rpId?: string
  readonly rp?: { readonly id: string }
  readonly user?: { readonly id: string }
}

export function createAuthenticator(settings: AuthenticatorOptions): Authenticator {
  const { origin, algorithm = 'ES256', synced = false, userVerified = true } = settings
  const kept: Kept[] = []

  function clientDataOf(type: string, { challenge }: Options, lies: Lies): Buffer {
    const { crossOrigin = false, topOrigin } = lies
    const said = { type, challenge, origin, crossOrigin, topOrigin }
    const { type: t = type, challenge: c = challenge, origin: o = origin } = lies
    return Buffer.from(JSON.stringify({ ...said, type: t, challenge: c, origin: o }))
  }

  function authData(rpId: string, count: number, lies: Lies, attested?: Buffer): Buffer {
    const flags = flagsOf({ userVerified, backupEligible: synced, backedUp: synced, ...lies })
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(lies.count ?? count)
    const hash = sha256(Buffer.from(lies.rpId ?? rpId))
    return Buffer.concat([
      hash,
      Buffer.from([flags | (attested ? 0x40 : 0)]),
      counter,
      attested ?? Buffer.alloc(0),
    ])
  }

  return {
    get credentialIds() {
      return kept.map(({ id }) => id)
    },

    create(given, lies = {}) {
      const options = given as Options // what the server sends
      const rpId = options.rp?.id ?? ''
      const { key, cose } = makeKey(algorithm)
      const id = lies.credentialId ?? randomBytes(settings.idLength ?? 32).toString('base64url')
      kept.push({ id, rpId, userHandle: options.user?.id ?? '', key, count: 0 })
      const bytes = Buffer.from(id, 'base64url')
      const length = Buffer.alloc(2)
      length.writeUInt16BE(bytes.length)
      const aaguid = Buffer.from((settings.aaguid ?? '0'.repeat(32)).replaceAll('-', ''), 'hex')
      const attested = Buffer.concat([aaguid, length, bytes, encode(cose)])
      const { fmt, attStmt } = lies.attestation ?? { fmt: 'none', attStmt: new Map() }
      const object = new Map<string, Cbor>([
        ['fmt', fmt],
        ['attStmt', attStmt],
        ['authData', authData(rpId, 0, lies, attested)],
      ])
      return JSON.stringify({
        id,
        rawId: id,
        type: 'public-key',
        authenticatorAttachment: 'platform',
        clientExtensionResults: { credProps: { rk: true } },
        response: {
          clientDataJSON: clientDataOf('webauthn.create', options, lies).toString('base64url'),
          attestationObject: encode(object).toString('base64url'),
          transports: ['internal', 'hybrid'],
        },
      })
    },

    get(given, lies = {}) {
      const options = given as Options // what the server sends
      const found = kept.find(({ id }) => id === lies.credentialId) ?? kept.at(-1)
      if (!found) throw new Error('this authenticator has no passkey')
      if (!synced) found.count += 1
      const clientData = clientDataOf('webauthn.get', options, lies)
      const data = authData(options.rpId ?? found.rpId, found.count, lies)
      const base = Buffer.concat([data, sha256(clientData)])
      const signed = lies.wrongSignature ? randomBytes(69) : base
      const hash = algorithm === 'EdDSA' ? null : algorithm === 'ES384' ? 'sha384' : 'sha256'
      const userHandle = lies.userHandle === undefined ? found.userHandle : lies.userHandle
      return JSON.stringify({
        id: found.id,
        rawId: found.id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: sign(hash, signed, found.key).toString('base64url'),
          ...(userHandle === null ? {} : { userHandle }),
        },
      })
    },
  }
}

/** WebAuthn L3 §6.1 */
function flagsOf({ userPresent = true, userVerified, backupEligible, backedUp }: Lies): number {
  const bits = [userPresent, false, userVerified, backupEligible, backedUp]
  return bits.reduce((flags, isSet, at) => flags | (isSet ? 1 << at : 0), 0)
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** RFC 9053: a key pair, its public half as a COSE_Key. */
function makeKey(algorithm: NonNullable<AuthenticatorOptions['algorithm']>) {
  if (algorithm === 'RS256') {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
    return { key: privateKey, cose: coseOf([1, 3], [3, -257], [-1, n], [-2, e]) }
  }
  if (algorithm === 'EdDSA') {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const { x = '' } = publicKey.export({ format: 'jwk' })
    return { key: privateKey, cose: coseOf([1, 1], [3, -8], [-1, 6], [-2, x]) }
  }
  const [namedCurve, alg, crv] =
    algorithm === 'ES256' ? (['P-256', -7, 1] as const) : (['P-384', -35, 2] as const)
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const cose = coseOf([1, 2], [3, alg], [-1, crv], [-2, x], [-3, y])
  return { key: privateKey, cose }
}

function coseOf(...entries: readonly (readonly [number, number | string])[]): Map<number, Cbor> {
  const bytes = (value: number | string) =>
    typeof value === 'string' ? Buffer.from(value, 'base64url') : value
  return new Map(entries.map(([label, value]) => [label, bytes(value)]))
}

type Cbor = number | string | Uint8Array | Map<number, Cbor> | Map<string, Cbor>

/** RFC 8949, as much of it as is needed. */
function encode(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    return Buffer.concat([head(3, text.length), text])
  }
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  const entries = [...value].flatMap(([label, one]) => [encode(label), encode(one)])
  return Buffer.concat([head(5, value.size), ...entries])
}

function head(major: number, value: number): Buffer {
  const type = major << 5
  if (value < 24) return Buffer.from([type | value])
  if (value < 256) return Buffer.from([type | 24, value])
  return Buffer.from([type | 25, value >> 8, value & 255])
}
