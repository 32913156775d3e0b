import { namespaces } from '../names.ts'
import { childrenOf, descendantsOf, isElement, type XmlElement } from '../xml/xml.ts'
import { refuse, type SamlRefusal } from './reasons.ts'

/** What must not stand inside a message, whatever namespace it claims: wrapping begins with a second one (check 4). */
const messages = new Set([
  'Response',
  'Assertion',
  'EncryptedAssertion',
  'LogoutRequest',
  'LogoutResponse',
  'AuthnRequest',
  'ArtifactResponse',
])

/** Check 4: it is exactly that message. */
export function isMessage(root: XmlElement, name: string): SamlRefusal | undefined {
  if (isElement(root, namespaces.protocol, name)) return undefined
  return refuse('root_unexpected', `{${root.namespace}}${root.name}`)
}

/** Check 4: the one assertion of a response, open or encrypted. */
export function findAssertion(response: XmlElement): XmlElement | SamlRefusal {
  const found = ['Assertion', 'EncryptedAssertion'].flatMap((name) =>
    childrenOf(response, namespaces.assertion, name),
  )
  const [assertion] = found
  if (!assertion || found.length > 1) return refuse('assertion_count', `${found.length}`)
  return assertion
}

/** Check 4: no other message anywhere below, but the one that belongs there. */
export function nestsNothing(root: XmlElement, but?: XmlElement): SamlRefusal | undefined {
  const nested = descendantsOf(root).find(
    (element) => element !== root && element !== but && messages.has(element.name),
  )
  return nested && refuse('message_nested', `{${nested.namespace}}${nested.name}`)
}

/** A signature where it belongs, and what it signs. */
export type SignaturePlace = { readonly signed: XmlElement; readonly signature: XmlElement }

/** Check 5: right after the Issuer of one of `holders`, and nowhere else, by that name in any namespace. */
export function findSignatures(
  root: XmlElement,
  holders: readonly XmlElement[],
): readonly SignaturePlace[] | SamlRefusal {
  const places = holders.flatMap((signed) => {
    const [issuer, signature] = signed.children
    const isPlace =
      issuer !== undefined &&
      signature !== undefined &&
      isElement(issuer, namespaces.assertion, 'Issuer') &&
      isElement(signature, namespaces.signature, 'Signature')
    return isPlace ? [{ signed, signature }] : []
  })
  const all = descendantsOf(root).filter(({ name }) => name === 'Signature')
  if (all.length === places.length) return places
  return refuse('signature_misplaced', `${all.length} found, ${places.length} in their place`)
}
