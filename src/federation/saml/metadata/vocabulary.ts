export type SamlBinding = 'redirect' | 'post'

export type SamlEndpoint = {
  readonly binding: SamlBinding
  /** https, without fragment or user; http to a loopback address where the caller allows it. */
  readonly url: string
  /** Where answers go when not to `url`; single logout only (SAML Metadata §2.2.2). */
  readonly responseUrl?: string | undefined
}

export type SamlCertificate = {
  /** Base64 of DER, as `SamlPeer.certificates` takes it. */
  readonly der: string
  /** SHA-256 of DER, lower-case hex. */
  readonly fingerprint: string
  readonly subject: string
  /** Shown and warned of, never a reason to refuse: these are bare keys in a frame (SAML Metadata IOP §2.6). */
  readonly notBefore: Date
  readonly notAfter: Date
}

/** One identity provider. */
export type IdpMetadata = {
  readonly entityId: string
  /** What its people know it by, where it says so. */
  readonly displayName: string | undefined
  /** At least one; in their order, which means nothing. */
  readonly ssoEndpoints: readonly SamlEndpoint[]
  readonly sloEndpoints: readonly SamlEndpoint[]
  /** At least one usable: RSA of 2048 bits or more, or P-256, P-384, P-521. Those of no use for signing are left out. */
  readonly signingCertificates: readonly SamlCertificate[]
  readonly nameIdFormats: readonly string[]
  readonly wantsSignedRequests: boolean
  /** It is not to be believed any longer from then on. */
  readonly validUntil: Date | undefined
  /** Milliseconds after which it asks to be read anew. */
  readonly cacheDuration: number | undefined
  /** What an administrator should see before it is saved; such as a certificate that is over. */
  readonly warnings: readonly MetadataWarning[]
}

export type MetadataWarning =
  | {
      readonly kind: 'certificate_expired' | 'certificate_not_yet_valid'
      readonly fingerprint: string
    }
  /** Keys of the entity that nobody should trust, left out. */
  | { readonly kind: 'certificate_unusable'; readonly detail: string }

export type MetadataSource = {
  /** As it was fetched, uploaded or pasted. */
  readonly xml: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The one to take; required where a document describes several. At a refresh the one the connection has: another is refused. */
  readonly entityId?: string | undefined
  /** Development: endpoints on http are taken when their host is a loopback address. */
  readonly allowsLoopback?: boolean
}

export type MetadataResult = { readonly kind: 'read'; readonly idp: IdpMetadata } | MetadataRefusal

/** In plain words to whoever pasted it, by the reason; `detail` says what was found. */
export type MetadataRefusal = {
  readonly kind: 'refused'
  readonly reason: MetadataReason
  readonly detail: string
  /** `entity_ambiguous`: those to choose from. */
  readonly entityIds?: readonly string[]
}

export const metadataReasons = [
  'too_large',
  'control_character',
  'markup_forbidden',
  'not_well_formed',
  'too_complex',
  'namespace_invalid',
  'id_invalid',
  'not_metadata',
  'entity_ambiguous',
  'entity_unknown',
  'entity_id_invalid',
  'expired',
  'not_an_identity_provider',
  'protocol_unsupported',
  'certificate_missing',
  'certificate_unusable',
  'endpoint_missing',
  'endpoint_invalid',
] as const
/** Stable: administrators search for them. */
export type MetadataReason = (typeof metadataReasons)[number]
