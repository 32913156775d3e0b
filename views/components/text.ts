import { href, html, name, type Html } from '../html.ts'

/** The one name a sentence is about. */
export function strong(text: string): Html {
  return html`<strong>${name(text)}</strong>`
}

/** Something to compare or to copy: codes, hosts, identifiers. Always left to right. */
export function code(text: string): Html {
  return html`<code dir="ltr">${text}</code>`
}

/** Makes a wrapper for linked words of a message. */
export function linkTo(address: string): (words: Html) => Html {
  return (words) => html`<a href="${href(address)}">${words}</a>`
}

/** Characters of the longest word that fits any screen. */
const longestUnbroken = 14

/** Words for a heading: a short one with a hyphen, such as `sign-in`, is not broken at it. */
export function unbroken(text: string): Html {
  const parts = text.split(/(\S+-\S+)/)
  return html`${parts.map((part, at) =>
    at % 2 === 1 && part.length <= longestUnbroken
      ? html`<span class="unbroken">${part}</span>`
      : part,
  )}`
}

/** What a person would call the place an address leads to: its host, or an app's own scheme. */
export function placeOf(address: string): string {
  if (!URL.canParse(address)) return address
  const { host, protocol } = new URL(address)
  return host === '' ? protocol : host
}

/** The letter a name is known by. */
export function initialOf(text: string): string {
  const first = text.match(/[\p{Letter}\p{Number}]/u)?.[0] ?? '·'
  return first.toUpperCase()
}
