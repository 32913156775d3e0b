import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto'
import type { SamlTestKey } from './saml-keys.ts'
import { ours, uris } from './saml-messages.ts'

const xenc = 'http://www.w3.org/2001/04/xmlenc#'
const xenc11 = 'http://www.w3.org/2009/xmlenc11#'
const ds = 'http://www.w3.org/2000/09/xmldsig#'

type Content = 'aes128-gcm' | 'aes256-gcm' | 'aes128-cbc' | 'aes256-cbc'

export type EncryptionOptions = {
  readonly key?: SamlTestKey
  readonly content?: Content
  readonly transport?: 'oaep-sha1' | 'oaep-sha256' | 'rsa-1_5'
  /** The key beside the data instead of within. */
  readonly beside?: boolean
  readonly octets?: Buffer
}

/** An EncryptedAssertion around some text, for our key. */
export function encrypt(plain: string, options: EncryptionOptions = {}): string {
  const { key = ours, content = 'aes256-gcm', transport = 'oaep-sha1', beside = false } = options
  const secret = randomBytes(content.startsWith('aes128') ? 16 : 32)
  const data = encipher(content, secret, options.octets ?? Buffer.from(plain)).toString('base64')
  const encryptedKey = `<xenc:EncryptedKey>${transports[transport].method}<xenc:CipherData><xenc:CipherValue>${wrap(transport, secret, key)}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`
  const uri = `${content.endsWith('gcm') ? xenc11 : xenc}${content}`
  const keyInfo = `<ds:KeyInfo xmlns:ds="${ds}">${beside ? '<ds:RetrievalMethod URI="#key"/>' : encryptedKey}</ds:KeyInfo>`
  return [
    `<saml:EncryptedAssertion xmlns:saml="${uris.saml}" xmlns:xenc="${xenc}">`,
    `<xenc:EncryptedData Type="${xenc}Element"><xenc:EncryptionMethod Algorithm="${uri}"/>${keyInfo}`,
    `<xenc:CipherData><xenc:CipherValue>${data}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>`,
    beside ? encryptedKey : '',
    '</saml:EncryptedAssertion>',
  ].join('')
}

const transports = {
  'oaep-sha1': {
    method: `<xenc:EncryptionMethod Algorithm="${xenc}rsa-oaep-mgf1p"><ds:DigestMethod xmlns:ds="${ds}" Algorithm="${ds}sha1"/></xenc:EncryptionMethod>`,
    hash: 'sha1',
  },
  'oaep-sha256': {
    method: `<xenc:EncryptionMethod Algorithm="${xenc11}rsa-oaep"><ds:DigestMethod xmlns:ds="${ds}" Algorithm="${xenc}sha256"/><e:MGF xmlns:e="${xenc11}" Algorithm="${xenc11}mgf1sha256"/></xenc:EncryptionMethod>`,
    hash: 'sha256',
  },
  'rsa-1_5': { method: `<xenc:EncryptionMethod Algorithm="${xenc}rsa-1_5"/>`, hash: undefined },
}

function wrap(transport: keyof typeof transports, secret: Buffer, key: SamlTestKey): string {
  const { hash } = transports[transport]
  const options = hash
    ? { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash }
    : { padding: constants.RSA_PKCS1_PADDING }
  return publicEncrypt({ key: key.publicKey, ...options }, secret).toString('base64')
}

function encipher(content: Content, secret: Buffer, plain: Buffer): Buffer {
  if (content === 'aes128-gcm' || content === 'aes256-gcm') {
    const nonce = randomBytes(12)
    const cipher = createCipheriv(
      content === 'aes128-gcm' ? 'aes-128-gcm' : 'aes-256-gcm',
      secret,
      nonce,
    )
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }
  const nonce = randomBytes(16)
  const cipher = createCipheriv(
    content === 'aes128-cbc' ? 'aes-128-cbc' : 'aes-256-cbc',
    secret,
    nonce,
  )
  return Buffer.concat([nonce, cipher.update(plain), cipher.final()])
}
