import type { Key, ParamsArgument, Translation } from './messages/catalogue.ts'
import { html, name, type Html } from './html.ts'
import { de } from './messages/de.ts'
import { en } from './messages/en.ts'
import { accented, mirrored } from './messages/pseudo.ts'

/** The languages a page can be asked for, in the order they are advertised (`ui_locales_supported`). */
export const languages = ['en', 'de'] as const

export type Language = (typeof languages)[number]

/** Languages and the two pseudo-locales of the tests: accented and longer, and right to left. */
export type Locale = Language | 'en-XA' | 'ar-XB'

/** A value in a sentence of a page. A string is a name given by somebody else and is isolated. */
type PageValue = string | Html
type Wrap = (words: Html) => Html

/** One language, ready to speak. */
export type Messages = {
  readonly locale: Locale
  readonly dir: 'ltr' | 'rtl'
  /** For pages. */
  readonly t: <K extends Key>(key: K, ...params: ParamsArgument<K, PageValue, Wrap>) => Html
  /** For titles and mails: plain text, so no message with linked words. */
  readonly text: <K extends Key>(key: K, ...params: ParamsArgument<K, string, never>) => string
  /** `2 minutes`: whole units, rounded up. */
  readonly duration: (seconds: number) => string
  /** `3 November 2026`, of UTC. */
  readonly date: (date: Date) => string
  /** `3 November 2026 at 14:02 UTC` */
  readonly instant: (date: Date) => string
}

const spoken: Readonly<Record<Locale, Messages>> = {
  en: speak('en', en, 'en-GB'),
  de: speak('de', de, 'de'),
  'en-XA': speak('en-XA', accented(en), 'en-GB'),
  'ar-XB': speak('ar-XB', mirrored(en), 'en-GB'),
}

export function messagesFor(locale: Locale): Messages {
  return spoken[locale]
}

function speak(locale: Locale, catalogue: Translation, formats: string): Messages {
  // A formatter costs 50 µs to make and 3 µs to use.
  const numbers = new Intl.NumberFormat(formats)
  const plurals = new Intl.PluralRules(formats)
  const dates = new Intl.DateTimeFormat(formats, { dateStyle: 'long', timeZone: 'UTC' })
  const instants = new Intl.DateTimeFormat(formats, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  const units = {
    second: unitFormat(formats, 'second'),
    minute: unitFormat(formats, 'minute'),
    hour: unitFormat(formats, 'hour'),
    day: unitFormat(formats, 'day'),
  }
  const sentenceOf = (key: Key, params: Values): string => {
    const message = catalogue[key]
    if (typeof message === 'string') return message
    return message[plurals.select(Number(params['count']))] ?? message.other
  }
  return {
    locale,
    dir: directionOf(locale),
    t: (key, ...[params = {}]) => toHtml(sentenceOf(key, params), params, numbers),
    text: (key, ...[params = {}]) => toText(sentenceOf(key, params), params, numbers),
    duration: (seconds) => {
      if (seconds < 60) return units.second.format(Math.max(1, Math.ceil(seconds)))
      if (seconds < 3600) return units.minute.format(Math.ceil(seconds / 60))
      if (seconds <= 2 * 86_400) return units.hour.format(Math.ceil(seconds / 3600))
      return units.day.format(Math.ceil(seconds / 86_400))
    },
    date: (date) => dates.format(date),
    instant: (date) => `${instants.format(date)} UTC`,
  }
}

function unitFormat(formats: string, unit: string): Intl.NumberFormat {
  return new Intl.NumberFormat(formats, { style: 'unit', unit, unitDisplay: 'long' })
}

function directionOf(locale: Locale): 'ltr' | 'rtl' {
  return new Intl.Locale(locale).getTextInfo().direction ?? 'ltr'
}

type Values = Readonly<Record<string, unknown>>

const tokens = /\[([^\]]*)\]\((\w+)\)|\{(\w+)\}/g

function toHtml(sentence: string, values: Values, numbers: Intl.NumberFormat): Html {
  const pieces: (string | Html)[] = []
  let end = 0
  for (const match of sentence.matchAll(tokens)) {
    const [whole, words = '', wrapper, placeholder = ''] = match
    pieces.push(sentence.slice(end, match.index))
    pieces.push(
      wrapper === undefined
        ? valueOf(values[placeholder], numbers)
        : wrap(values[wrapper], toHtml(words, values, numbers)),
    )
    end = match.index + whole.length
  }
  return html`${pieces}${sentence.slice(end)}`
}

function valueOf(value: unknown, numbers: Intl.NumberFormat): string | Html {
  if (typeof value === 'number') return numbers.format(value)
  // Checked by `Params`; the sentence is data, so its type is gone here.
  return typeof value === 'string' ? name(value) : (value as Html)
}

function wrap(wrapper: unknown, words: Html): Html {
  return (wrapper as Wrap)(words) // checked by `Params`, as above
}

// Names with letters or marks of right-to-left scripts would turn the sentence around them.
const turning = /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff]/

function toText(sentence: string, values: Values, numbers: Intl.NumberFormat): string {
  return sentence.replaceAll(tokens, (_whole, _words, _wrapper, placeholder: string) => {
    const value = values[placeholder]
    if (typeof value === 'number') return numbers.format(value)
    const text = String(value)
    return turning.test(text) ? `\u2068${text}\u2069` : text
  })
}

export type LocaleWishes = {
  /** The `ui_locales` parameter: tags separated by spaces. */
  readonly uiLocales?: string | undefined
  /** The person's own choice, kept in a cookie. */
  readonly cookie?: string | undefined
  readonly acceptLanguage?: string | undefined
  /** The tenant's language. */
  readonly fallback: Language
}

/**
 * Q93: wishes are only ever compared with our own list, by RFC 4647 §3.4 lookup, and at most ten of each are read; no
 * formatter and no cache is made from what a request says.
 */
export function pickLocale(wishes: LocaleWishes): Language {
  const tags = [
    ...(wishes.uiLocales?.split(' ', 10) ?? []),
    wishes.cookie ?? '',
    ...preferred(wishes.acceptLanguage ?? ''),
  ]
  return tags.map(lookUp).find((language) => language !== undefined) ?? wishes.fallback
}

function lookUp(tag: string): Language | undefined {
  const subtags = tag.slice(0, 35).toLowerCase().split('-')
  for (let length = subtags.length; length > 0; length -= 1) {
    const range = subtags.slice(0, length).join('-')
    const found = languages.find((language) => language.toLowerCase() === range)
    if (found !== undefined) return found
  }
  return undefined
}

/** Tags of an `Accept-Language` (RFC 9110 §12.5.4), best first, without those refused by `q=0`. */
function preferred(header: string): string[] {
  return header
    .split(',', 10)
    .map((item) => {
      const [tag = '', quality = ''] = item.split(';', 2)
      const q = /^\s*q=(\d(?:\.\d+)?)\s*$/.exec(quality)?.[1] ?? '1'
      return { tag: tag.trim(), q: Number(q) }
    })
    .filter(({ q }) => q > 0)
    .sort((left, right) => right.q - left.q)
    .map(({ tag }) => tag)
}

/** True for one of the languages a page can be asked for. */
export function isLanguage(value: string): value is Language {
  return languages.some((language) => language === value)
}
