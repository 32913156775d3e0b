import { certificate, flag, line, listOf, oneOf, text, webAddress, wholeNumber } from './fields.ts'

const nameIdFormats = [
  'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
] as const

/** Their metadata comes from an address, as a document, or as the three values that matter: exactly one of them. */
export const samlSettings = {
  metadata_url: webAddress.optional(),
  metadata: text((value) =>
    value.length <= 256 * 1024 && value.isWellFormed() && !value.includes('\0')
      ? undefined
      : 'must be XML of at most 256 KiB',
  ).optional(),
  /** SAML Core §8.3.6. With `metadata_url` or `metadata`: which of several is meant. */
  entity_id: line(1024).optional(),
  sso_url: webAddress.optional(),
  sso_binding: oneOf(['redirect', 'post']).default('redirect'),
  /** With `sso_url`, and by the same binding: where people are signed out over there. */
  slo_url: webAddress.optional(),
  certificates: listOf(certificate, 10).default([]),
  name_id_format: oneOf(nameIdFormats).default(nameIdFormats[0]),
  /** Off: whoever can make a browser post could sign somebody in to an account of their own (login CSRF). */
  allow_idp_initiated: flag.default(false),
  /** What is not encrypted for us is refused. */
  want_encrypted: flag.default(false),
  /** CBC without a signature around it tells what it hides to who may ask often; for identity providers that know no other. */
  allow_unauthenticated_cbc: flag.default(false),
  /** Seconds (reference/federation.md §2.2, 12). */
  clock_skew: wholeNumber(0, 180).default(60),
  /** Who signs out here is signed out over there. The other way round needs no setting. */
  single_logout: flag.default(false),
}
