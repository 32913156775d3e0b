import type { RelyingClient } from './identity-provider.ts'

/** What was asked for (RFC 6749 §4.1.1, OIDC Core §3.1.2.1), as far as this provider knows it. */
export type AuthorizationRequest = {
  readonly state: string | undefined
  readonly nonce: string | undefined
  readonly challenge: string
}

export type ReadRequest =
  | { readonly kind: 'good'; readonly request: AuthorizationRequest }
  /** Told to nobody but who looks at the screen: the address to answer at may be anybody's (RFC 6749 §4.1.2.1). */
  | { readonly kind: 'unknown_client' }
  | { readonly kind: 'refused'; readonly error: string; readonly state: string | undefined }

export function readRequest(
  query: Readonly<Record<string, string | string[] | undefined>>,
  { clientId, redirectUri }: RelyingClient,
): ReadRequest {
  const said = (name: string) => {
    const value = query[name]
    return typeof value === 'string' ? value : undefined // RFC 6749 §3.1: once at most
  }
  if (said('client_id') !== clientId || said('redirect_uri') !== redirectUri)
    return { kind: 'unknown_client' }
  const state = said('state')
  const words = (name: string) => said(name)?.split(' ') ?? []
  const challenge = said('code_challenge')
  const refused = (error: string) => ({ kind: 'refused', error, state }) as const
  if (said('response_type') !== 'code') return refused('unsupported_response_type')
  if (!words('scope').includes('openid')) return refused('invalid_scope')
  if (challenge === undefined || said('code_challenge_method') !== 'S256')
    return refused('invalid_request')
  if (words('prompt').includes('none')) return refused('login_required') // nobody is ever signed in here
  return { kind: 'good', request: { state, nonce: said('nonce'), challenge } }
}
