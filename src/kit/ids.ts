/**
 * Branded identifiers: the currency every room may name without importing another room.
 * A brand costs nothing at run time and makes it impossible to pass an account where a client is meant.
 */
declare const brand: unique symbol
type Brand<Name extends string> = string & { readonly [brand]: Name }

export type TenantId = Brand<'TenantId'>
export type AccountId = Brand<'AccountId'>
export type ClientId = Brand<'ClientId'>
/** Chosen by an administrator; stands in `/federation/:connection/…`. */
export type ConnectionId = Brand<'ConnectionId'>
/** The `uid` of an engine session: stable while the cookie value rotates. */
export type SessionUid = Brand<'SessionUid'>
export type GrantId = Brand<'GrantId'>
/** The `uid` of one interaction, as it stands in `/interaction/:uid`. */
export type InteractionUid = Brand<'InteractionUid'>
export type RequestId = Brand<'RequestId'>

/** Brands a string that is known to be an identifier: at a store's edge or where it was made. */
export function brandId<Id extends string>(value: string): Id {
  return value as Id // the one place where a plain string becomes an identifier
}
