/**
 * What an identity provider says of itself, parsed and checked (reference/federation.md §2.2, check 22). No XML of a customer
 * goes further than here: the connection keeps, and everything else reads, these fields.
 */
export { readIdpMetadata } from './read.ts'
export { metadataReasons } from './vocabulary.ts'
export type {
  IdpMetadata,
  MetadataReason,
  MetadataRefusal,
  MetadataResult,
  MetadataSource,
  MetadataWarning,
  SamlBinding,
  SamlCertificate,
  SamlEndpoint,
} from './vocabulary.ts'
