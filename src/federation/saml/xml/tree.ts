import type { DomAttribute, DomDocument, DomElement, DomNode } from '@xmldom/xmldom'
import { hasForbiddenCharacter, refuse } from './lexical.ts'
import type { XmlAttribute, XmlElement, XmlRefusal } from './element.ts'

type Grown = { readonly kind: 'grown'; readonly root: XmlElement; readonly elements: number }

/** What is seen once for the whole document. */
type Walk = { readonly ids: Set<string>; elements: number }

/**
 * Characters of a namespace's URI. SECURITY: canonicalization writes them as they are; a quote or `&` among them moves signed
 * octets into a declaration, where the digest still holds and the tree is another (xml-crypto 6.3.2).
 */
const plainUri = /^[A-Za-z0-9:/?#@!$()*+,;=._~%-]{1,1024}$/
const ncName = /^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/

/** Bound to their prefixes by XML itself, and by nobody else. */
const reservedUris = ['http://www.w3.org/XML/1998/namespace', 'http://www.w3.org/2000/xmlns/']
const [xmlUri] = reservedUris

/** Check 3: names that mean one thing only, and every id once. The depth was measured before: see `measure`. */
export function growTree(dom: DomDocument): Grown | XmlRefusal {
  const walk: Walk = { ids: new Set(), elements: 0 }
  if (!dom.documentElement) return refuse('not_well_formed', 'no root')
  const root = grow(dom.documentElement, walk)
  return isRefused(root) ? root : { kind: 'grown', root, elements: walk.elements }
}

function grow(dom: DomElement, walk: Walk): XmlElement | XmlRefusal {
  walk.elements += 1
  const { namespaceURI: namespace, localName: name } = dom
  if (!isPlainUri(namespace)) return refuse('namespace_invalid', `of ${name}`)
  const attributes = readAttributes(dom, walk)
  if (isRefused(attributes)) return attributes
  const children: XmlElement[] = []
  const text: string[] = []
  for (const node of Array.from(dom.childNodes)) {
    const grown = growNode(node, walk)
    if (typeof grown === 'string') text.push(grown)
    else if (isRefused(grown)) return grown
    else children.push(grown)
  }
  return { namespace, name, attributes, children, text: text.join('') }
}

function growNode(node: DomNode, walk: Walk): XmlElement | string | XmlRefusal {
  if (isDomElement(node)) return grow(node, walk)
  if (node.nodeType !== 3) return refuse('not_well_formed', `${node.nodeName} in the tree`)
  const text = node.nodeValue ?? ''
  return hasForbiddenCharacter(text) ? refuse('control_character', 'by reference') : text
}

function readAttributes(dom: DomElement, walk: Walk): readonly XmlAttribute[] | XmlRefusal {
  const found = new Map<string, XmlAttribute>()
  for (const one of Array.from(dom.attributes)) {
    if (hasForbiddenCharacter(one.value)) return refuse('control_character', `in ${one.name}`)
    if (one.name.startsWith('xmlns')) {
      if (!isDeclaration(one)) return refuse('namespace_invalid', `${one.name} declared`)
      continue
    }
    const problem = nameProblem(one) ?? idProblem(one, walk)
    if (problem) return problem
    const { localName: name, value } = one
    const namespace = one.prefix ? String(one.namespaceURI) : undefined
    const expanded = `${namespace ?? ''} ${name}`
    if (found.has(expanded)) return refuse('not_well_formed', `${one.name} twice`)
    found.set(expanded, { namespace, name, value })
  }
  return [...found.values()]
}

/** SECURITY: canonicalization takes every name that begins with `xmlns` for a declaration, and leaves it out. */
function isDeclaration({ name, value }: DomAttribute): boolean {
  const isNamed =
    name === 'xmlns' || (name.startsWith('xmlns:') && !/^xmlns:xml(?:ns)?$/.test(name))
  return isNamed && plainUri.test(value) && !reservedUris.includes(value)
}

function nameProblem({ name, prefix, namespaceURI }: DomAttribute): XmlRefusal | undefined {
  if (!prefix) return undefined
  const isBound = prefix === 'xml' ? namespaceURI === xmlUri : isPlainUri(namespaceURI)
  return isBound ? undefined : refuse('namespace_invalid', `of ${name}`)
}

/** Whatever might be taken for an id somewhere: `ID`, `Id`, `id`, `xml:id`, in any namespace. */
function idProblem({ localName, value }: DomAttribute, { ids }: Walk): XmlRefusal | undefined {
  if (localName.toLowerCase() !== 'id') return undefined
  if (!ncName.test(value)) return refuse('id_invalid', 'no NCName')
  if (ids.has(value)) return refuse('id_invalid', `${value} twice`)
  ids.add(value)
  return undefined
}

function isPlainUri(uri: unknown): uri is string {
  return typeof uri === 'string' && plainUri.test(uri)
}

function isDomElement(node: DomNode): node is DomElement {
  return node.nodeType === 1
}

function isRefused<T extends object>(value: T | XmlRefusal): value is XmlRefusal {
  return 'kind' in value
}
