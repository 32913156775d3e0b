import { DOMParser, type DomDocument } from '@xmldom/xmldom'
import { measure, refuse } from './lexical.ts'
import { growTree } from './tree.ts'
import type { XmlDocument, XmlLimits, XmlRefusal } from './element.ts'

export type XmlRead = { readonly kind: 'read'; readonly document: XmlDocument } | XmlRefusal

/** Checks 2 and 3: read strictly, or not at all. Of text as it was decoded; throws nothing. */
export function readXml(source: string, limits: XmlLimits): XmlRead {
  const measured = measure(source, limits)
  if (measured.kind === 'refused') return measured
  const dom = parse(measured.text)
  if ('kind' in dom) return dom
  const grown = growTree(dom)
  if (grown.kind === 'refused') return grown
  // SECURITY: two readings of one text that disagree on so much as a count are an attack on one of them
  if (grown.elements !== measured.elements)
    return refuse('not_well_formed', 'two parsers read it differently')
  return { kind: 'read', document: { root: grown.root, text: measured.text } }
}

/** Any remark of the parser is the end: it would go on with a guess. */
function parse(text: string): DomDocument | XmlRefusal {
  try {
    return new DOMParser({
      errorHandler: (_level, message) => {
        throw new Error(message)
      },
    }).parseFromString(text, 'text/xml')
  } catch (error) {
    return refuse('not_well_formed', String(error))
  }
}

/** Metadata comes with comments, and no signature of it is checked: without them its text has one reading (check 2). Linear. */
export function withoutComments(source: string): string {
  const kept: string[] = []
  let at = 0
  for (;;) {
    const start = source.indexOf('<!--', at)
    const end = start < 0 ? -1 : source.indexOf('-->', start + 4)
    if (end < 0) return kept.concat(source.slice(at)).join('')
    kept.push(source.slice(at, start))
    at = end + 3
  }
}
