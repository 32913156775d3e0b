import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { isCleanText } from './text.ts'

/**
 * The lookup form of an address (Q58): domain lower-cased and in punycode, local part NFKC and lower-cased, so that
 * case and Unicode variants are one account and one throttle bucket (Q35). Undefined when it is not one plain address:
 * local part printable ASCII without quotes or separators (GitHub's `mıke@`, CVE-2025-13033).
 */
export function canonicalEmail(input: string): string | undefined {
  if (input.length > 254 || !isCleanText(input)) return undefined
  const at = input.lastIndexOf('@')
  const local = input.slice(0, at).normalize('NFKC').toLowerCase()
  if (at < 1 || local.length > 64 || !/^[a-z0-9!#$%&'*+/=?^_`{|}~.-]+$/.test(local))
    return undefined
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return undefined
  const domain = canonicalDomain(input.slice(at + 1).trimEnd())
  return domain === undefined ? undefined : `${local}@${domain}`
}

/**
 * The lookup form of a domain: lower-cased, in punycode. Undefined when it is none.
 *
 * SECURITY: `domainToASCII` reads the host of a URL. It would cut `acme.test/.evil.test` at the slash, and what is looked up
 * would be of acme.test while the mail goes to evil.test; nor is `0x7f.1` a domain that mail goes to.
 */
export function canonicalDomain(text: string): string | undefined {
  if (!/^[a-z0-9.\u0080-\u{10ffff}-]+$/iu.test(text)) return undefined
  const domain = domainToASCII(text)
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(domain) && isIP(domain) === 0 ? domain : undefined
}

/**
 * An address that mail may be sent to as it is written, and its lookup form. Undefined when it is none, or only folds to
 * ASCII, such as a full-width `ａda@`: that is another mailbox than the one it would be looked up by (Q58).
 */
export function mailboxOf(
  input: string,
): { readonly email: string; readonly emailCanonical: string } | undefined {
  const email = input.trim()
  const emailCanonical = canonicalEmail(email)
  if (emailCanonical === undefined || !/^[\x21-\x7e]+@/.test(email)) return undefined
  return { email, emailCanonical }
}
