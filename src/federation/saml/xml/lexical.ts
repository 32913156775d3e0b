import type { XmlLimits, XmlRefusal } from './element.ts'

/**
 * The grammar of XML is small once declarations, comments and processing instructions are refused: tags and text. Whatever is
 * not exactly that is refused here, before a lenient parser mends it in a way of its own (CVE-2025-25291, CVE-2025-25292).
 */
const space = '[ \\t\\r\\n]'
const name = '[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?'
const attribute = `${space}+${name}${space}*=${space}*(?:"[^"<]*"|'[^'<]*')`
const tag = new RegExp(`<(?:/(${name})${space}*|(${name})((?:${attribute})*)${space}*(/?))>`, 'y')
const attributes = new RegExp(attribute, 'g')

const declaration =
  /^<\?xml[ \t\r\n]+version=(["'])1\.0\1(?:[ \t\r\n]+encoding=(["'])utf-8\2)?(?:[ \t\r\n]+standalone=(["'])(?:yes|no)\3)?[ \t\r\n]*\?>/i

/** Everything that XML 1.0 does not allow, and the rest of C0 and C1 but tab and line ends. */
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/ // oxlint-disable-line no-control-regex

/** All references but the five of XML and those to a character: there is no entity here. */
const foreignReference = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)/

/** True for what no text of an element and no attribute may hold, written out or by reference. */
export function hasForbiddenCharacter(text: string): boolean {
  return controls.test(text) || !text.isWellFormed()
}

export type Measured = {
  readonly kind: 'measured'
  /** Without the declaration. */
  readonly text: string
  readonly elements: number
}

/** Checks 2 and 3 on the text: what it may hold, that its tags match, and how much work it will be. Linear. */
export function measure(source: string, limits: XmlLimits): Measured | XmlRefusal {
  if (hasForbiddenCharacter(source)) return refuse('control_character', 'in the text')
  const text = source.replace(declaration, '')
  if (/<[!?]/.test(text)) return refuse('markup_forbidden', snippet(text, /<[!?]/))
  if (foreignReference.test(text)) return malformed(snippet(text, foreignReference))
  if (text.includes(']]>')) return malformed(']]> in the text')
  return measureTags(text, limits)
}

function measureTags(text: string, limits: XmlLimits): Measured | XmlRefusal {
  const open: string[] = []
  const count = { elements: 0, attributes: 0, names: new Set<string>() }
  let at = 0
  for (let start = text.indexOf('<'); start >= 0; start = text.indexOf('<', at)) {
    if (open.length === 0 && text.slice(at, start).search(/[^ \t\r\n]/) >= 0)
      return malformed('text outside the root')
    tag.lastIndex = start
    const found = tag.exec(text)
    if (!found) return malformed(text.slice(start, start + 60))
    at = tag.lastIndex
    const problem = place(found, { open, count, limits })
    if (problem) return problem
  }
  if (open.length > 0 || count.elements === 0) return malformed('the text ends too early')
  if (text.slice(at).search(/[^ \t\r\n]/) >= 0) return malformed('text outside the root')
  return { kind: 'measured', text, elements: count.elements }
}

type Place = {
  readonly open: string[]
  readonly count: { elements: number; attributes: number; readonly names: Set<string> }
  readonly limits: XmlLimits
}

function place(found: RegExpExecArray, at: Place): XmlRefusal | undefined {
  const [, closed, opened = '', list = '', empty] = found
  if (closed !== undefined) return close(closed, at)
  if (at.open.length === 0 && at.count.elements > 0) return malformed('two roots')
  const own = list.match(attributes)?.length ?? 0
  at.count.elements += 1
  at.count.attributes += own
  at.count.names.add(opened)
  if (own > at.limits.attributesPerElement || isTooMuch(at))
    return refuse('too_complex', `at element ${at.count.elements}`)
  if (empty === '') at.open.push(opened)
  return undefined
}

function close(name: string, { open }: Place): XmlRefusal | undefined {
  return open.pop() === name ? undefined : malformed(`</${name}> closes another`)
}

function isTooMuch({ open, count, limits }: Place): boolean {
  return (
    count.elements > limits.elements ||
    count.attributes > limits.attributes ||
    count.names.size > limits.names ||
    open.length >= limits.depth
  )
}

function malformed(detail: string): XmlRefusal {
  return refuse('not_well_formed', detail)
}

export function refuse(reason: XmlRefusal['reason'], detail: string): XmlRefusal {
  return { kind: 'refused', reason, detail }
}

function snippet(text: string, pattern: RegExp): string {
  const at = text.search(pattern)
  return text.slice(at, at + 40)
}
