/**
 * What arrives from a SAML identity provider, and whether any of it is true (reference/federation.md §2.2). Pure: no
 * network, no store, no clock. The numbers beside reasons and functions in this folder are those of the checks there.
 *
 * Nothing is looked up by what a message says: the caller knows the connection from the address that was asked, and passes
 * what the connection knows (check 25).
 */
export { claimAssertion } from './claim.ts'
export { readLogoutRequest, readLogoutResponse } from './logout.ts'
export { samlReasons } from './reasons.ts'
export type { SamlReason, SamlRefusal } from './reasons.ts'
export { readResponse } from './response.ts'
export type * from './vocabulary.ts'
