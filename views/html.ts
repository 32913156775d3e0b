/**
 * Markup that is safe to send. Made by the `html` tag, which escapes everything that is put into it; a plain string is
 * never markup.
 */
export class Html {
  readonly #markup: string

  constructor(key: typeof maker, markup: string) {
    if (key !== maker) throw new TypeError('Html is made by the html tag')
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

const maker: unique symbol = Symbol('maker')

/** What may stand in a `${…}`. Objects, promises and `true` are type errors: they would print nonsense. */
export type Part = string | number | Html | false | null | undefined | readonly Part[]

/**
 * Escapes every value for both places one may stand: text and a quoted attribute. Attribute values are always quoted
 * in our templates; addresses go through `href()` as well.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = strings[0] ?? ''
  parts.forEach((part, index) => {
    markup += print(part) + (strings[index + 1] ?? '')
  })
  return new Html(maker, markup)
}

function print(part: Part): string {
  if (part === false || part === null || part === undefined) return ''
  if (part instanceof Html) return part.toString()
  if (typeof part === 'string') return escape(part)
  if (typeof part === 'number') return String(part)
  if (Array.isArray(part)) return part.map(print).join('')
  // SECURITY: what the types forbid must not be printed when a cast let it through.
  throw new TypeError(`cannot print a ${typeof part}`)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}

/** Where `href()` may point besides http, https and mailto. */
export type HrefOptions = {
  /** The custom scheme of this very client, `com.example.app`, where a redirect URI was validated before. */
  readonly appScheme?: string | undefined
}

/**
 * An address fit for `href`, `action` or `src`: http, https, mailto, an absolute path of ours, or what the options
 * name. Anything else (`javascript:`, `data:`, `//host`) becomes `#`.
 */
export function href(address: string, options: HrefOptions = {}): string {
  if (address.startsWith('/')) return isOwnPath(address) ? address : '#'
  if (!URL.canParse(address)) return '#'
  const { protocol, href } = new URL(address)
  return ['https:', 'http:', 'mailto:'].includes(protocol) || isAppScheme(protocol, options)
    ? href
    : '#'
}

// Browsers read `//host`, `/\host` and `/<TAB>/host` as another host; so does the URL parser.
function isOwnPath(address: string): boolean {
  const own = 'http://own.invalid'
  return URL.canParse(address, own) && new URL(address, own).origin === own
}

const neverAnApp = ['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:']

function isAppScheme(protocol: string, { appScheme }: HrefOptions): boolean {
  return appScheme !== undefined && protocol === `${appScheme}:` && !neverAnApp.includes(protocol)
}

/** A name given by somebody else: isolated, so its writing direction does not disturb the sentence around it. */
export function name(text: string): Html {
  return html`<bdi>${text}</bdi>`
}
