import type { KeyObject } from 'node:crypto'
import type { DomDocument, DomElement } from '@xmldom/xmldom'
import { DOMParser } from '@xmldom/xmldom'
import { SignedXml } from 'xml-crypto'
import { isStrongKey, readCertificate } from '../certificate.ts'
import { namespaces } from '../names.ts'
import { attributeOf, type XmlElement } from '../xml/xml.ts'
import { isSignedBy } from './algorithms.ts'
import { readDocument } from './document.ts'
import { isRefused, refuse, type SamlRefusal } from './reasons.ts'
import { readSignatureForm, type SignatureForm } from './signature-form.ts'
import type { SignaturePlace } from './structure.ts'
import type { SamlPeer } from './vocabulary.ts'

/** Check 7: keys come from the connection and from nowhere else. A weak one counts as none. */
export function keysOf(peer: SamlPeer): readonly KeyObject[] | SamlRefusal {
  if (peer.certificates.length === 0) return refuse('no_certificate', peer.entityId)
  const keys = peer.certificates.flatMap((text) => readCertificate(text)?.publicKey ?? [])
  const strong = keys.filter(isStrongKey)
  return strong.length > 0 ? strong : refuse('certificate_unusable', peer.entityId)
}

export type Verified = {
  /** Grown anew from the octets that were signed: read from nothing else (check 9). */
  readonly element: XmlElement
  readonly form: SignatureForm
}

/** Checks 6 to 9 for one signature of the document that `text` is. */
export function verifySignature(
  text: string,
  place: SignaturePlace,
  keys: readonly KeyObject[],
): Verified | SamlRefusal {
  const form = readSignatureForm(place)
  if (isRefused(form)) return form
  const octets = signedOctets(text, place, { form, keys })
  if (isRefused(octets)) return octets
  const document = readDocument(octets)
  if (isRefused(document)) return document
  const { root } = document
  return isSame(root, place.signed)
    ? { element: root, form }
    : refuse('signature_invalid', 'another element was signed')
}

/**
 * The canonical octets, once the signature over them holds (check 8). Whatever xml-crypto throws is a refusal: it throws for
 * every signature it does not like.
 */
function signedOctets(
  text: string,
  { signed }: SignaturePlace,
  by: { readonly form: SignatureForm; readonly keys: readonly KeyObject[] },
): string | SamlRefusal {
  try {
    const verifier = createVerifier(by.form, by.keys)
    verifier.loadSignature(findInDom(text, attributeOf(signed, 'ID') ?? ''))
    const isValid = verifier.checkSignature(text)
    const [octets, ...others] = verifier.getSignedReferences()
    if (isValid && octets !== undefined && others.length === 0) return octets
    return refuse('signature_invalid', 'the digest is another')
  } catch (error) {
    return refuse('signature_invalid', error instanceof Error ? error.message : 'refused')
  }
}

/** Knows one algorithm of each kind: that of the signature, which was found strong. All keys are tried (check 7). */
function createVerifier(
  { algorithm, digest }: SignatureForm,
  keys: readonly KeyObject[],
): SignedXml {
  const verifier = new SignedXml({
    publicCert: 'unused: the keys are below', // xml-crypto wants one before it asks the algorithm
    getCertFromKeyInfo: () => null, // SECURITY: the message does not say whom to trust
  })
  verifier.idAttributes = ['ID'] // ids are unique whatever they are called, and each name is one more search
  const { exclusiveCanonical, signature } = namespaces
  const enveloped = `${signature}enveloped-signature`
  verifier.CanonicalizationAlgorithms = pick(verifier.CanonicalizationAlgorithms, [
    exclusiveCanonical,
    enveloped,
  ])
  verifier.HashAlgorithms = pick(verifier.HashAlgorithms, [digest])
  verifier.SignatureAlgorithms = { [algorithm]: signatureAlgorithm(algorithm, keys) }
  return verifier
}

function signatureAlgorithm(algorithm: string, keys: readonly KeyObject[]) {
  return class {
    getAlgorithmName(): string {
      return algorithm
    }

    verifySignature(material: string, _key: unknown, value: string): boolean {
      const octets = Buffer.from(material, 'utf8')
      return isSignedBy(keys, { algorithm, octets, signature: Buffer.from(value, 'base64') })
    }

    getSignature(): never {
      throw new Error('Only verifies')
    }
  }
}

/** The Signature in the parser's own tree; ids are unique, see check 3. */
function findInDom(text: string, id: string): DomElement {
  const dom: DomDocument = new DOMParser({ errorHandler: stop }).parseFromString(text, 'text/xml')
  const signatures = dom.getElementsByTagNameNS(namespaces.signature, 'Signature')
  const found = Array.from(signatures).find((one) => one.parentNode?.getAttribute('ID') === id)
  if (!found) throw new Error('No signature there')
  return found
}

function stop(_level: string, message: string): never {
  throw new Error(message)
}

function isSame(read: XmlElement, signed: XmlElement): boolean {
  return (
    read.namespace === signed.namespace &&
    read.name === signed.name &&
    attributeOf(read, 'ID') === attributeOf(signed, 'ID')
  )
}

function pick<T>(table: Record<string, T>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(table).filter(([name]) => names.includes(name)))
}
