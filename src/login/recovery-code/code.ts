import { randomInt } from 'node:crypto'
import { codesMade } from './recovery-code.ts'

/** Crockford's base32: no I, L, O, U. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const selectorLength = 3
const secretLength = 13
const codeLength = selectorLength + secretLength

export type RecoveryCode = {
  readonly selector: string
  /** 65 bits: more than the 64 that 63B §3.1.2.1 wants. */
  readonly secret: string
}

/** As many as an account gets, no two with one selector. */
export function newCodes(): readonly RecoveryCode[] {
  const selectors = new Set<string>()
  while (selectors.size < codesMade) selectors.add(randomText(selectorLength))
  return [...selectors].map((selector) => ({ selector, secret: randomText(secretLength) }))
}

/** `XXXX-XXXX-XXXX-XXXX` */
export function formatCode({ selector, secret }: RecoveryCode): string {
  return `${selector}${secret}`.replaceAll(/.{4}(?=.)/g, '$&-')
}

/** Undefined for what can be no code at all. */
export function readCode(text: string): RecoveryCode | undefined {
  if (text.length > 100) return undefined
  const bare = text
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{Dash}.]/gu, '')
  const code = bare.replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  if (!new RegExp(`^[${alphabet}]{${codeLength}}$`).test(code)) return undefined
  return { selector: code.slice(0, selectorLength), secret: code.slice(selectorLength) }
}

function randomText(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}
