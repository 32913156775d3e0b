import { isCleanText, isHashableText } from '#kit/text.ts'
import { formType, malformedBody, readFormBody, readLargeFormBody } from './body.ts'
import type { FormOptions, ReadForm } from './http.ts'

/** These may hold whatever can be hashed (Q27); every other field only what can be shown and stored. */
const secretFields: ReadonlySet<string> = new Set([
  'password',
  'new_password',
  'current_password',
  'client_secret',
])

const mostFields = 200

/** `application/x-www-form-urlencoded`, or a flat JSON object of texts where a script posts. */
export const readForm: ReadForm = async (ctx, options = {}) => {
  const readBody = options.size === 'large' ? readLargeFormBody : readFormBody
  const { text, parsed } = await readBody(ctx)
  const pairs = ctx.is(formType) ? decodePairs(text) : objectPairs(parsed)
  return checkedForm(pairs, options)
}

type Pair = readonly [name: string, value: string]

function checkedForm(pairs: readonly Pair[], options: FormOptions): ReadonlyMap<string, string> {
  if (pairs.length > mostFields) throw malformedBody({ detail: 'too many fields' })
  const form = new Map<string, string>()
  for (const [name, value] of pairs) {
    // Two values of one field mean one thing here and another thing there (OWASP: parameter pollution).
    if (form.has(name)) throw malformedBody({ detail: 'a field came twice' })
    if (!isCleanText(name) || !isAcceptable(name, value, options))
      throw malformedBody({ detail: 'a field holds characters that are not allowed' })
    form.set(name, value)
  }
  return form
}

function isAcceptable(name: string, value: string, { multiline = [] }: FormOptions): boolean {
  if (secretFields.has(name)) return isHashableText(value)
  return isCleanText(multiline.includes(name) ? value.replace(/[\t\r\n]/g, '') : value)
}

function decodePairs(text: string): readonly Pair[] {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const separator = part.indexOf('=')
      if (separator < 0) return [decode(part), '']
      return [decode(part.slice(0, separator)), decode(part.slice(separator + 1))]
    })
}

function decode(text: string): string {
  // The reader puts U+FFFD where bytes were no UTF-8: two different passwords would become one.
  if (text.includes('\uFFFD')) throw malformedBody({ detail: 'not UTF-8' })
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw malformedBody({ detail: 'malformed percent-encoding' })
  }
}

function objectPairs(parsed: unknown): readonly Pair[] {
  if (parsed === undefined) return []
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw malformedBody({ detail: 'not a JSON object' })
  return Object.entries(parsed).map(([name, value]: [string, unknown]) => {
    if (typeof value !== 'string') throw malformedBody({ detail: 'a field is not a text' })
    return [name, value]
  })
}
