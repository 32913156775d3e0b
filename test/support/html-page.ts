/** What a person without JavaScript sees of a page: its words and its forms. */
export type HtmlPage = {
  readonly title: string
  readonly lang: string | undefined
  readonly heading: string
  /** Everything readable, on one line. */
  readonly text: string
  /** What is announced at once, when there is something. */
  readonly alert: string | undefined
  readonly forms: readonly HtmlForm[]
}

export type HtmlForm = {
  readonly action: string
  readonly method: string
  readonly fields: readonly HtmlField[]
  readonly buttons: readonly HtmlButton[]
}

export type HtmlField = {
  readonly name: string
  readonly type: string
  readonly value: string
  /** Text of its label; undefined where it has none, as a hidden one. */
  readonly label: string | undefined
  readonly attributes: Attributes
}

export type HtmlButton = {
  readonly text: string
  readonly name: string | undefined
  readonly value: string
}

type Attributes = Readonly<Record<string, string>>

/** Reads what our own views write: well-formed, double-quoted. */
export function readHtml(html: string): HtmlPage {
  const labels = new Map(
    elements(html, 'label').map(({ attributes, inner }) => [attributes['for'], textOf(inner)]),
  )
  const [alert] = all(html, /<[^>]*role="alert"[^>]*>([\s\S]*?)<\/(?:div|p)>/g)
  return {
    title: textOf(elements(html, 'title')[0]?.inner ?? ''),
    lang: elements(html, 'html')[0]?.attributes['lang'] ?? undefined,
    heading: textOf(elements(html, 'h1')[0]?.inner ?? ''),
    text: textOf(elements(html, 'body')[0]?.inner ?? html),
    alert: alert === undefined ? undefined : textOf(alert),
    forms: readForms(html, labels),
  }
}

function readForms(
  html: string,
  labels: ReadonlyMap<string | undefined, string>,
): readonly HtmlForm[] {
  const forms = elements(html, 'form')
  const everywhere = elements(html, 'button')
  return forms.map(({ attributes, inner }) => {
    // `form="id"` ties a button to a form it does not stand in
    const own = elements(inner, 'button').filter((button) => !('form' in button.attributes))
    const tied = everywhere.filter(
      (button) => attributes['id'] !== undefined && button.attributes['form'] === attributes['id'],
    )
    return {
      action: attributes['action'] ?? '',
      method: (attributes['method'] ?? 'get').toUpperCase(),
      fields: tags(inner, 'input').map((input) => ({
        name: input['name'] ?? '',
        type: input['type'] ?? 'text',
        value: input['value'] ?? '',
        label: labels.get(input['id']),
        attributes: input,
      })),
      buttons: [...own, ...tied]
        .filter((button) => (button.attributes['type'] ?? 'submit') === 'submit')
        .map((button) => ({
          text: textOf(button.inner),
          name: button.attributes['name'],
          value: button.attributes['value'] ?? '',
        })),
    }
  })
}

function elements(html: string, name: string): { attributes: Attributes; inner: string }[] {
  const pattern = new RegExp(`<${name}(\\s[^>]*)?>([\\s\\S]*?)(?:</${name}>|$)`, 'g')
  return [...html.matchAll(pattern)].map(([, attributes = '', inner = '']) => ({
    attributes: readAttributes(attributes),
    inner,
  }))
}

function tags(html: string, name: string): Attributes[] {
  return all(html, new RegExp(`<${name}\\s([^>]*?)/?>`, 'g')).map(readAttributes)
}

function readAttributes(text: string): Attributes {
  const pairs = [...text.matchAll(/([a-z-]+)(?:="([^"]*)")?/g)]
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, unescaped(value)]))
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '')
}

function textOf(html: string): string {
  const words = html.replace(/<(?:svg|script|style)[\s\S]*?<\/(?:svg|script|style)>/g, ' ')
  return unescaped(words.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/ ([.,:;?!])/g, '$1')
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    return entities[name] ?? whole
  })
}
