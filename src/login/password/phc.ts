/** A hash in PHC form, taken apart: `$id$v=1$name=1,name=2$salt$hash`, numbers and base64 without padding only. */
export type Phc = {
  readonly text: string
  readonly id: string
  readonly version: number | undefined
  readonly parameters: ReadonlyMap<string, number>
  readonly salt: Buffer
  readonly tag: Buffer
}

/** The message follows the name of the field, for the operator; it never quotes the hash. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

export type Range = { readonly from: number; readonly to: number }

const longestText = 512
const form =
  /^\$([a-z0-9-]{1,32})(?:\$v=(\d{1,3}))?\$([a-z]+=\d{1,10}(?:,[a-z]+=\d{1,10}){0,4})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** Undefined when it has not this form. Throws `Refused`. */
export function parsePhc(text: string): Phc | undefined {
  const match = text.length <= longestText ? form.exec(text) : null
  if (!match) return undefined
  const [, id = '', version, pairs = '', salt = '', tag = ''] = match
  return {
    text,
    id,
    version: version === undefined ? undefined : Number(version),
    parameters: parametersOf(pairs),
    salt: bytesOf(salt, 'salt'),
    tag: bytesOf(tag, 'hash'),
  }
}

function parametersOf(pairs: string): ReadonlyMap<string, number> {
  const entries = pairs.split(',').map((pair): [string, number] => {
    const [name = '', digits = ''] = pair.split('=')
    if (/^0\d/.test(digits)) throw new Refused(`has a parameter ${name} with a leading zero`)
    return [name, Number(digits)]
  })
  const parameters = new Map(entries)
  if (parameters.size < entries.length) throw new Refused('has a parameter twice')
  return parameters
}

/** Exactly these: a parameter we do not know may change what the hash means. */
export function numbersOf<const Names extends readonly string[]>(
  parameters: ReadonlyMap<string, number>,
  names: Names,
): { readonly [At in keyof Names]: number } {
  const found = names.flatMap((name) => parameters.get(name) ?? [])
  if (found.length < names.length || parameters.size > names.length) {
    throw new Refused(`must have exactly the parameters ${names.join(', ')}`)
  }
  return found as unknown as { readonly [At in keyof Names]: number } // one for each name, just counted
}

function bytesOf(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (unpadded(bytes) !== text)
    throw new Refused(`has a ${what} that is not base64 without padding`)
  return bytes
}

export function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

export function between(what: string, value: number, range: Range): void {
  if (value >= range.from && value <= range.to) return
  throw new Refused(`has ${value} for ${what} instead of ${rangeText(range)}`)
}

export function atMost(what: string, value: number, most: number): void {
  if (value > most)
    throw new Refused(`asks for too much work: ${what} is ${value}, at most ${most}`)
}

function rangeText({ from, to }: Range): string {
  return from === to ? String(from) : `${from} to ${to}`
}

export function withoutVersion({ version }: Phc): void {
  if (version !== undefined) throw new Refused('has a version, which its kind has not')
}

/** In bytes. */
export function withLengths({ salt, tag }: Phc, salts: Range, tags: Range): void {
  const of = (what: string, bytes: Buffer, range: Range) => {
    if (bytes.length >= range.from && bytes.length <= range.to) return
    throw new Refused(`has a ${what} of ${bytes.length} bytes instead of ${rangeText(range)}`)
  }
  of('salt', salt, salts)
  of('hash', tag, tags)
}
