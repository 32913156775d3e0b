import { namespaces } from '../names.ts'
import { attributeOf, descendantsOf, isElement, plainTextOf, type XmlElement } from '../xml/xml.ts'
import { digestAlgorithms, isSignatureAlgorithm } from './algorithms.ts'
import { fromBase64 } from './intake.ts'
import { firstRefusal, isRefused, refuse, type SamlRefusal } from './reasons.ts'
import type { SignaturePlace } from './structure.ts'

const { signature: ds, exclusiveCanonical } = namespaces
const enveloped = `${ds}enveloped-signature`

/** A signature of which nothing is left to interpretation. */
export type SignatureForm = { readonly algorithm: string; readonly digest: string }

/**
 * Check 6. SECURITY: all of it before any cryptography: a signature may ask for work without end (a hundred references took
 * 3.5 s), and whatever it says twice will be understood twice.
 */
export function readSignatureForm({
  signed,
  signature,
}: SignaturePlace): SignatureForm | SamlRefusal {
  const parts = partsOf(signature)
  if (!parts) return refuse('signature_malformed', outlineOf(signature))
  const refusal = firstRefusal({ ...parts, signed, signature }, [
    saysEachThingOnce,
    refersToItsParent,
    transformsAsEveryone,
    usesStrongAlgorithms,
    holdsValues,
  ])
  if (refusal) return refusal
  return { algorithm: algorithmOf(parts.method), digest: algorithmOf(parts.digestMethod) }
}

type Parts = {
  readonly canonicalization: XmlElement
  readonly method: XmlElement
  readonly reference: XmlElement
  readonly transforms: XmlElement
  readonly digestMethod: XmlElement
  readonly digestValue: XmlElement
  readonly value: XmlElement
}
type Form = Parts & SignaturePlace

/** In the order of the schema (XML Signature §4.1), each once: no Object, no second SignedInfo (CVE-2025-29774). */
function partsOf(signature: XmlElement): Parts | undefined {
  const [info, value] = childrenAs(signature, ['SignedInfo', 'SignatureValue'], 'KeyInfo')
  const inInfo = ['CanonicalizationMethod', 'SignatureMethod', 'Reference']
  const [canonicalization, method, reference] = childrenAs(info, inInfo)
  const inReference = ['Transforms', 'DigestMethod', 'DigestValue']
  const [transforms, digestMethod, digestValue] = childrenAs(reference, inReference)
  if (!value || !canonicalization || !method || !reference) return undefined
  if (!transforms || !digestMethod || !digestValue) return undefined
  return { canonicalization, method, reference, transforms, digestMethod, digestValue, value }
}

/** Exactly these children in this order; none at all when there is anything else. */
function childrenAs(
  parent: XmlElement | undefined,
  names: readonly string[],
  optional?: string,
): readonly XmlElement[] {
  const children = parent?.children ?? []
  const expected = children.length > names.length && optional ? [...names, optional] : names
  const isAsExpected =
    children.length === expected.length &&
    children.every((child, index) => isElement(child, ds, expected[index] ?? ''))
  return isAsExpected ? children : []
}

/** With a chain of certificates in KeyInfo; whatever more it holds is work for nothing. */
const mostElements = 64

/** SECURITY: xml-crypto takes an attribute by its local name: `x:Algorithm` before `Algorithm` would be the other one. */
function saysEachThingOnce({ signature }: Form): SamlRefusal | undefined {
  const all = descendantsOf(signature)
  if (all.length > mostElements) return refuse('signature_malformed', `${all.length} elements`)
  const odd = all.find(
    (element) =>
      element.attributes.some(({ namespace }) => namespace !== undefined) ||
      /^(?:Object|Manifest|RetrievalMethod|KeyInfoReference)$/.test(element.name),
  )
  return odd && refuse('signature_malformed', odd.name)
}

/** One reference, to the element it stands in: what is verified is what is read. */
function refersToItsParent({ signed, reference }: Form): SamlRefusal | undefined {
  const [id, uri] = [attributeOf(signed, 'ID'), attributeOf(reference, 'URI')]
  if (id !== undefined && uri === `#${id}`) return undefined
  return refuse('signature_reference', `${uri} from ${id}`)
}

function transformsAsEveryone({ canonicalization, transforms }: Form): SamlRefusal | undefined {
  const [first, second, third] = transforms.children
  const isUsual =
    first !== undefined &&
    second !== undefined &&
    third === undefined &&
    isElement(first, ds, 'Transform') &&
    isElement(second, ds, 'Transform') &&
    algorithmOf(first) === enveloped &&
    first.children.length === 0 &&
    isExclusiveCanonical(second) &&
    isExclusiveCanonical(canonicalization)
  return isUsual
    ? undefined
    : refuse('signature_transform', transforms.children.map(algorithmOf).join(' '))
}

/** With, at most, a list of prefixes (Exclusive XML Canonicalization §4). */
function isExclusiveCanonical(element: XmlElement): boolean {
  const [list, second] = element.children
  if (algorithmOf(element) !== exclusiveCanonical || second) return false
  if (!list) return true
  const prefixes = attributeOf(list, 'PrefixList') ?? ''
  return isElement(list, exclusiveCanonical, 'InclusiveNamespaces') && prefixes.length <= 500
}

function usesStrongAlgorithms({ method, digestMethod }: Form): SamlRefusal | undefined {
  const [algorithm, digest] = [algorithmOf(method), algorithmOf(digestMethod)]
  const isStrong = isSignatureAlgorithm(algorithm) && digestAlgorithms.includes(digest)
  const isBare = method.children.length === 0 && digestMethod.children.length === 0
  return isStrong && isBare ? undefined : refuse('algorithm_refused', `${algorithm} ${digest}`)
}

/** Plain text: a comment in a DigestValue once made two of one (CVE-2025-29775). */
function holdsValues({ digestValue, value }: Form): SamlRefusal | undefined {
  const areValues = [digestValue, value].every((element) => {
    const text = plainTextOf(element)
    return text !== undefined && !isRefused(fromBase64(text))
  })
  return areValues ? undefined : refuse('signature_malformed', 'no base64')
}

function algorithmOf(element: XmlElement): string {
  return attributeOf(element, 'Algorithm') ?? ''
}

function outlineOf(element: XmlElement): string {
  return element.children.map(({ name }) => name).join(' ')
}
