export type XmlElement = {
  readonly namespace: string
  /** Without prefix. */
  readonly name: string
  /** Declarations of namespaces are not among them. */
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlElement[]
  /** What stands directly in it, children left out. */
  readonly text: string
}

export type XmlAttribute = {
  /** Undefined without a prefix: such an attribute is in no namespace. */
  readonly namespace: string | undefined
  readonly name: string
  readonly value: string
}

export type XmlDocument = {
  readonly root: XmlElement
  /** What was read: without declaration, and equal for every other parser of this house. */
  readonly text: string
}

/** Bounds on the work before any of it is done: they are counted in the text, not in the tree. */
export type XmlLimits = {
  readonly elements: number
  readonly depth: number
  readonly attributes: number
  /** Of one element: parser and canonical form compare each with each. */
  readonly attributesPerElement: number
  /** Different names of elements: the parser looks through the whole text for the last tag of each. */
  readonly names: number
}

export type XmlRefusal = {
  readonly kind: 'refused'
  readonly reason: XmlReason
  readonly detail: string
}

export type XmlReason =
  | 'control_character'
  | 'markup_forbidden'
  | 'not_well_formed'
  | 'too_complex'
  | 'namespace_invalid'
  | 'id_invalid'

/** Check 3, and less: twice as much took xml-crypto 130 ms of a core, before it was known who sent it. */
export const messageLimits: XmlLimits = {
  elements: 2500,
  depth: 40,
  attributes: 5000,
  attributesPerElement: 64,
  names: 256,
}

/** Value of an attribute without prefix; undefined when there is none. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((one) => one.namespace === undefined && one.name === name)?.value
}

export function isElement(element: XmlElement, namespace: string, name: string): boolean {
  return element.namespace === namespace && element.name === name
}

export function childrenOf(
  element: XmlElement,
  namespace: string,
  name: string,
): readonly XmlElement[] {
  return element.children.filter((child) => isElement(child, namespace, name))
}

/** It and everything below, in the order of the document. */
export function descendantsOf(element: XmlElement): readonly XmlElement[] {
  return [element, ...element.children.flatMap(descendantsOf)]
}

/** Text of an element that holds nothing but text; undefined for any other. */
export function plainTextOf(element: XmlElement): string | undefined {
  return element.children.length === 0 ? element.text : undefined
}
