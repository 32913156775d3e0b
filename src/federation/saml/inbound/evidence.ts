import type { KeyObject } from 'node:crypto'
import { namespaces } from '../names.ts'
import { isElement, type XmlDocument, type XmlElement } from '../xml/xml.ts'
import { readDocument } from './document.ts'
import { decrypt, readEncryption } from './encryption.ts'
import { isRefused, refuse, type SamlRefusal } from './reasons.ts'
import { keysOf, type Verified } from './signature.ts'
import { findAssertion, nestsNothing } from './structure.ts'
import { verifyAll } from './trust.ts'
import type { SamlFacts, Situation } from './vocabulary.ts'

/** What of a response is vouched for: the assertion always, the response around it only when it is signed. */
export type Evidence = {
  readonly response: XmlElement
  readonly isResponseSigned: boolean
  readonly assertion: XmlElement
  readonly facts: SamlFacts
}

/** Checks 4 to 9 and 18: from a response that anybody may have written to an assertion that only the peer can have. */
export function findEvidence(document: XmlDocument, situation: Situation): Evidence | SamlRefusal {
  const { root } = document
  const carried = findAssertion(root)
  if (isRefused(carried)) return carried
  const nested = nestsNothing(root, carried)
  if (nested) return nested
  const keys = keysOf(situation.peer)
  if (isRefused(keys)) return keys
  const isOpen = isElement(carried, namespaces.assertion, 'Assertion')
  const verified = verifyAll(document, isOpen ? [root, carried] : [root], keys)
  if (isRefused(verified)) return verified
  const outer = verified.get(root)
  const response = outer?.element ?? root
  const assertion = isOpen
    ? openEvidence(response, outer, verified.get(carried))
    : sealedEvidence(response, outer, { situation, keys })
  if (isRefused(assertion)) return assertion
  const { element, inner, algorithms } = assertion
  const facts = factsOf(outer, inner, algorithms)
  return { response, isResponseSigned: outer !== undefined, assertion: element, facts }
}

type Found = {
  readonly element: XmlElement
  readonly inner: Verified | undefined
  readonly algorithms: readonly string[]
}

/** Read from the octets of the response when they are signed, else from its own. */
function openEvidence(
  response: XmlElement,
  outer: Verified | undefined,
  inner: Verified | undefined,
): Found | SamlRefusal {
  const element = outer ? findAssertion(response) : inner?.element
  if (!element) return refuse('signature_missing', 'neither response nor assertion')
  return isRefused(element) ? element : { element, inner, algorithms: [] }
}

/**
 * Check 18. SECURITY: encryption proves nothing, anybody can encrypt for us. AES-CBC without a signature around it lets
 * whoever may ask often enough read what it holds, so that all that goes wrong before a signature holds is one failure.
 */
function sealedEvidence(
  response: XmlElement,
  outer: Verified | undefined,
  by: { readonly situation: Situation; readonly keys: readonly KeyObject[] },
): Found | SamlRefusal {
  const { self, peer } = by.situation
  const sealed = findAssertion(response)
  if (isRefused(sealed)) return sealed
  const encryption = readEncryption(sealed)
  if (isRefused(encryption)) return encryption
  const isAuthenticated = outer !== undefined || encryption.content.mode === 'gcm'
  if (!isAuthenticated && peer.allowsUnauthenticatedCbc !== true)
    return refuse('encryption_unauthenticated', encryption.algorithms.join(' '))
  const text = decrypt(encryption, self.decryptionKeys)
  if (isRefused(text)) return text
  const found = readInside(text, outer, by.keys)
  if (!isRefused(found)) return { ...found, algorithms: encryption.algorithms }
  return isAuthenticated ? found : refuse('decryption_failed', found.reason)
}

/** Checks 2 to 9 once more: what was hidden is as foreign as what was not. */
function readInside(
  text: string,
  outer: Verified | undefined,
  keys: readonly KeyObject[],
): Omit<Found, 'algorithms'> | SamlRefusal {
  const document = readDocument(text)
  if (isRefused(document)) return document
  const { root } = document
  if (!isElement(root, namespaces.assertion, 'Assertion'))
    return refuse('root_unexpected', `{${root.namespace}}${root.name} was encrypted`)
  const nested = nestsNothing(root)
  if (nested) return nested
  const verified = verifyAll(document, [root], keys)
  if (isRefused(verified)) return verified
  const inner = verified.get(root)
  if (!inner && !outer)
    return refuse('signature_missing', 'neither response nor what was encrypted')
  return { element: inner?.element ?? root, inner }
}

function factsOf(
  outer: Verified | undefined,
  inner: Verified | undefined,
  encryptionAlgorithms: readonly string[],
): SamlFacts {
  const forms = [outer, inner].flatMap((one) => one?.form ?? [])
  const one = outer ? 'response' : 'assertion'
  return {
    signed: outer && inner ? 'both' : one,
    encrypted: encryptionAlgorithms.length > 0,
    signatureAlgorithms: forms.map(({ algorithm }) => algorithm),
    digestAlgorithms: forms.map(({ digest }) => digest),
    encryptionAlgorithms,
  }
}
