/**
 * The little of @xmldom/xmldom that is used. Its own declarations bring `lib.dom` along, after which every file of the house
 * may write `window`, `document` or a bare `name` and the compiler agrees (`paths` in tsconfig.json leads here instead).
 */
export type DomNode = {
  readonly nodeType: number
  readonly nodeName: string
  readonly nodeValue: string | null
  readonly childNodes: ArrayLike<DomNode>
}

export type DomAttribute = DomNode & {
  readonly name: string
  readonly value: string
  readonly localName: string
  readonly prefix: string | null
  /** Not always text: a prefix such as `constructor` is looked up along a prototype. */
  readonly namespaceURI: unknown
}

export type DomElement = DomNode & {
  readonly localName: string
  readonly namespaceURI: unknown
  readonly attributes: ArrayLike<DomAttribute>
  readonly parentNode: DomElement | null
  getAttribute(name: string): string
}

export type DomDocument = DomNode & {
  readonly documentElement: DomElement | null
  getElementsByTagNameNS(namespace: string, localName: string): ArrayLike<DomElement>
}

export declare class DOMParser {
  constructor(options: { readonly errorHandler: (level: string, message: string) => void })
  parseFromString(source: string, mimeType: 'text/xml'): DomDocument
}
