import { constants, createDecipheriv, privateDecrypt, type KeyObject } from 'node:crypto'
import { namespaces } from '../names.ts'
import {
  attributeOf,
  childrenOf,
  descendantsOf,
  isElement,
  plainTextOf,
  type XmlElement,
} from '../xml/xml.ts'
import { fromBase64 } from './intake.ts'
import { isRefused, refuse, type SamlRefusal } from './reasons.ts'

const { encryption: xenc, encryption11: xenc11, signature: ds } = namespaces

type Content = { readonly mode: 'gcm' | 'cbc'; readonly bits: 128 | 192 | 256 }

/** Check 18: AES only. */
const contents: ReadonlyMap<string, Content> = new Map([
  [`${xenc11}aes128-gcm`, { mode: 'gcm', bits: 128 }],
  [`${xenc11}aes192-gcm`, { mode: 'gcm', bits: 192 }],
  [`${xenc11}aes256-gcm`, { mode: 'gcm', bits: 256 }],
  [`${xenc}aes128-cbc`, { mode: 'cbc', bits: 128 }],
  [`${xenc}aes192-cbc`, { mode: 'cbc', bits: 192 }],
  [`${xenc}aes256-cbc`, { mode: 'cbc', bits: 256 }],
])

const hashes: ReadonlyMap<string, string> = new Map([
  [`${ds}sha1`, 'sha1'],
  [`${xenc}sha256`, 'sha256'],
  [`${xenc}sha512`, 'sha512'],
  [`${xenc11}mgf1sha1`, 'sha1'],
  [`${xenc11}mgf1sha256`, 'sha256'],
  [`${xenc11}mgf1sha512`, 'sha512'],
])

/** What is encrypted, and how; nothing is decrypted yet. */
export type Encryption = {
  readonly content: Content
  /** OAEP's hash, and that of its mask. */
  readonly hash: string
  readonly wrappedKey: Buffer
  readonly data: Buffer
  /** URIs, content first. */
  readonly algorithms: readonly string[]
}

/** Check 18: one EncryptedData, one EncryptedKey, strong algorithms. */
export function readEncryption(encrypted: XmlElement): Encryption | SamlRefusal {
  const data = onlyOne(childrenOf(encrypted, xenc, 'EncryptedData'))
  const key = onlyOne(
    descendantsOf(encrypted).filter((one) => isElement(one, xenc, 'EncryptedKey')),
  )
  if (!data || !key)
    return refuse('encryption_refused', 'not one EncryptedData and one EncryptedKey')
  const [method, transport] = [methodOf(data), methodOf(key)]
  const algorithms = [method, transport].map((one) => (one && attributeOf(one, 'Algorithm')) ?? '')
  const content = contents.get(algorithms[0] ?? '')
  const hash = transport && oaepHashOf(transport)
  if (!content || hash === undefined) return refuse('encryption_refused', algorithms.join(' '))
  const [octets, wrappedKey] = [cipherValueOf(data), cipherValueOf(key)]
  if (!octets || !wrappedKey) return refuse('encryption_refused', 'no CipherValue')
  return { content, hash, wrappedKey, data: octets, algorithms }
}

/** With one of our keys; the text is not to be believed yet. Every failure is the same one: an oracle needs two (check 18). */
export function decrypt(
  { content, hash, wrappedKey, data }: Encryption,
  keys: readonly (KeyObject | string)[],
): string | SamlRefusal {
  for (const key of keys) {
    try {
      const padding = constants.RSA_PKCS1_OAEP_PADDING
      const secret = privateDecrypt({ key, padding, oaepHash: hash }, wrappedKey)
      const text =
        content.mode === 'gcm' ? openGcm(content, secret, data) : openCbc(content, secret, data)
      return new TextDecoder('utf-8', { fatal: true }).decode(text)
    } catch {
      continue // perhaps it was encrypted for the key before
    }
  }
  return refuse('decryption_failed', `with none of ${keys.length} keys`)
}

/** XML Encryption 1.1 §5.2.4: 96 bits of nonce in front, 128 bits of tag behind. */
function openGcm({ bits }: Content, secret: Buffer, data: Buffer): Buffer {
  const decipher = createDecipheriv(`aes-${bits}-gcm`, secret, data.subarray(0, 12), {
    authTagLength: 16,
  })
  decipher.setAuthTag(data.subarray(-16))
  return Buffer.concat([decipher.update(data.subarray(12, -16)), decipher.final()])
}

/** XML Encryption §5.2.2: the nonce in front; of the padding only the last octet says something. */
function openCbc({ bits }: Content, secret: Buffer, data: Buffer): Buffer {
  const decipher = createDecipheriv(`aes-${bits}-cbc`, secret, data.subarray(0, 16))
  decipher.setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(data.subarray(16)), decipher.final()])
  const padding = padded.at(-1) ?? 0
  if (padding < 1 || padding > 16) throw new Error('No padding')
  return padded.subarray(0, -padding)
}

/**
 * RSA-OAEP, never RSA 1.5 (Bleichenbacher). OAEP and its mask use one hash here, which is SHA-1 in the older identifier
 * (XML Encryption 1.1 §5.5.2); a label nobody uses.
 */
function oaepHashOf(method: XmlElement): string | undefined {
  if (childrenOf(method, xenc, 'OAEPparams').length > 0) return undefined
  const algorithm = attributeOf(method, 'Algorithm')
  const digest = hashOf(childrenOf(method, ds, 'DigestMethod'))
  const mask = hashOf(childrenOf(method, xenc11, 'MGF'))
  const isOaep = algorithm === `${xenc11}rsa-oaep` || algorithm === `${xenc}rsa-oaep-mgf1p`
  return isOaep && digest === mask ? digest : undefined
}

/** SHA-1 where nothing is said. */
function hashOf(elements: readonly XmlElement[]): string | undefined {
  const [element, second] = elements
  if (second) return undefined
  return element ? hashes.get(attributeOf(element, 'Algorithm') ?? '') : 'sha1'
}

function methodOf(encrypted: XmlElement): XmlElement | undefined {
  return onlyOne(childrenOf(encrypted, xenc, 'EncryptionMethod'))
}

function cipherValueOf(encrypted: XmlElement): Buffer | undefined {
  const data = onlyOne(childrenOf(encrypted, xenc, 'CipherData'))
  const value = data && data.children.length === 1 && onlyOne(childrenOf(data, xenc, 'CipherValue'))
  const octets = value && fromBase64(plainTextOf(value) ?? '')
  return octets && !isRefused(octets) ? octets : undefined
}

function onlyOne(elements: readonly XmlElement[]): XmlElement | undefined {
  return elements.length === 1 ? elements[0] : undefined
}
