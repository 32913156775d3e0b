/**
 * XML that a stranger wrote, read once and strictly, into a tree that nothing can change. The rest of `saml/` sees only this
 * tree: no prefix, no entity, no comment and no parser's leniency gets past here (reference/federation.md §2.2, checks 2, 3).
 */
export {
  attributeOf,
  childrenOf,
  descendantsOf,
  isElement,
  messageLimits,
  plainTextOf,
} from './element.ts'
export type { XmlDocument, XmlElement, XmlLimits, XmlReason, XmlRefusal } from './element.ts'
export { readXml, withoutComments } from './read.ts'
export type { XmlRead } from './read.ts'
