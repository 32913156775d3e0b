import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import {
  jwks,
  privateKey,
  problems,
  publicJwk,
  redirect_uris,
  valid,
  type Input,
} from '#test/support/client-metadata.ts'
import { checkClientMetadata } from './check.ts'

const weakRsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
  format: 'jwk',
})

const refused: readonly (readonly [string, Input, RegExp])[] = [
  ['Q3: the implicit grant', { redirect_uris, grant_types: ['implicit'] }, /^grant_types\[0\]: /],
  ['Q3: passwords', { grant_types: ['password'] }, /^grant_types\[0\]: /],
  [
    'Q3: tokens from the authorization endpoint',
    { redirect_uris, response_types: ['code id_token'] },
    /^response_types\[0\]/,
  ],
  ['Q3: no grant at all', { grant_types: [] }, /^grant_types: must not be empty/],
  ['a code client without redirect URIs', {}, /^redirect_uris: must hold at least one/],
  [
    'Q2: too many redirect URIs',
    { redirect_uris: Array.from({ length: 51 }, (_, n) => `https://a.test/${n}`) },
    /^redirect_uris: must hold at most 50/,
  ],
  [
    'Q2: a hostile logout address',
    { redirect_uris, post_logout_redirect_uris: ['https://a@b.test'] },
    /^post_logout_redirect_uris\[0\]: must not hold credentials/,
  ],
  [
    'RFC 7591 §2.1: code without its response type',
    { redirect_uris, response_types: [] },
    /^response_types: /,
  ],
  [
    'RFC 7591 §2.1: a response type without its grant',
    { grant_types: ['client_credentials'], response_types: ['code'] },
    /^response_types: /,
  ],
  [
    'a refresh token of nothing',
    { grant_types: ['client_credentials', 'refresh_token'] },
    /^grant_types: may hold refresh_token/,
  ],
  [
    'passwords in the hands of a third party',
    { redirect_uris, api_login: true },
    /^api_login: needs first_party/,
  ],
  [
    'what people let us do elsewhere, for who cannot ask for it',
    { redirect_uris, first_party: true, upstream_tokens: true },
    /^upstream_tokens: needs api_login/,
  ],
  [
    'passwords for an application that must not know who it is',
    { redirect_uris, first_party: true, api_login: true, subject_type: 'pairwise' },
    /^api_login: does not go together/,
  ],
  [
    'bearer tokens for an application that wants proof of a key',
    { redirect_uris, first_party: true, api_login: true, dpop_bound_access_tokens: true },
    /^api_login: does not go together/,
  ],
  [
    'RFC 6749 §4.4: a public machine',
    { grant_types: ['client_credentials'], token_endpoint_auth_method: 'none' },
    /^grant_types: may hold client_credentials/,
  ],
  [
    'RFC 9700 §2.1.1: a public client without PKCE',
    { redirect_uris, token_endpoint_auth_method: 'none', require_pkce: false },
    /^require_pkce/,
  ],
  [
    'Q22: client_secret_jwt',
    { redirect_uris, token_endpoint_auth_method: 'client_secret_jwt' },
    /^token_endpoint_auth_method/,
  ],
  [
    'Q13: an unsigned ID token',
    { redirect_uris, id_token_signed_response_alg: 'none' },
    /^id_token_signed_response_alg/,
  ],
  [
    'Q13: an ID token signed by a shared secret',
    { redirect_uris, id_token_signed_response_alg: 'HS256' },
    /^id_token_signed_response_alg/,
  ],
  [
    'Q13: an unsigned request object',
    { redirect_uris, jwks, request_object_signing_alg: 'none' },
    /^request_object_signing_alg/,
  ],
  [
    'Q13: an assertion signed by a shared secret',
    {
      redirect_uris,
      jwks,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'HS256',
    },
    /^token_endpoint_auth_signing_alg/,
  ],
  [
    'an assertion algorithm without assertions',
    { redirect_uris, token_endpoint_auth_signing_alg: 'ES256' },
    /^token_endpoint_auth_signing_alg: has a meaning only/,
  ],
  [
    'private_key_jwt without keys',
    { redirect_uris, token_endpoint_auth_method: 'private_key_jwt' },
    /^token_endpoint_auth_method: needs jwks/,
  ],
  [
    'signed requests without keys',
    { redirect_uris, require_signed_request_object: true },
    /^require_signed_request_object: needs jwks/,
  ],
  [
    'RFC 7591 §2: two sources of keys',
    { redirect_uris, jwks, jwks_uri: 'https://app.test/jwks' },
    /^jwks: must not be used together/,
  ],
  [
    'keys that are private',
    { redirect_uris, jwks: { keys: [privateKey.export({ format: 'jwk' })] } },
    /^jwks: keys\[0\] must not hold a private key/,
  ],
  [
    'keys that are symmetric',
    { redirect_uris, jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } },
    /^jwks: keys\[0\] must not be a symmetric key/,
  ],
  [
    'Q13: keys that are short',
    { redirect_uris, jwks: { keys: [weakRsa] } },
    /^jwks: keys\[0\] must have at least 2048 bits/,
  ],
  [
    'keys off their curve',
    { redirect_uris, jwks: { keys: [{ ...publicJwk, y: publicJwk.x }] } },
    /^jwks: keys\[0\] must be a valid public key/,
  ],
  [
    'keys nobody understands',
    { redirect_uris, jwks: { keys: [{ kty: 'XYZ' }] } },
    /^jwks: must hold at least one/,
  ],
  [
    'keys with NUL in them (F11)',
    { redirect_uris, jwks: { keys: [{ ...publicJwk, note: 'a\0' }] } },
    /^jwks: must hold clean text/,
  ],
  ['keys that are no key set', { redirect_uris, jwks: [publicJwk] }, /^jwks: must be a JWK Set/],
  [
    'Q85: keys over plain http',
    { redirect_uris, jwks_uri: 'http://app.test/jwks' },
    /^jwks_uri: must be an https URI/,
  ],
  [
    'Q85: a logout address with credentials',
    { redirect_uris, backchannel_logout_uri: 'https://a:b@app.test/' },
    /^backchannel_logout_uri: must not hold credentials/,
  ],
  [
    'a link that runs a script',
    { redirect_uris, client_uri: 'javascript:alert(1)' },
    /^client_uri: must be an https URI/,
  ],
  [
    'a name that rewrites the page (Q72)',
    { redirect_uris, client_name: 'a\u202Eb' },
    /^client_name/,
  ],
  ['a name with NUL (F11)', { redirect_uris, client_name: 'a\0' }, /^client_name/],
  [
    'OIDC Core §8.1: a sector that is not certain',
    { redirect_uris: [...redirect_uris, 'https://b.test/cb'], subject_type: 'pairwise' },
    /^subject_type: pairwise needs/,
  ],
  [
    'OIDC Core §8.1: a machine without a sector',
    { redirect_uris, grant_types: ['client_credentials'], subject_type: 'pairwise' },
    /^subject_type: pairwise needs/,
  ],
  [
    'Q10: an origin with a path',
    { redirect_uris, allowed_origins: ['https://app.test/'] },
    /^allowed_origins\[0\]: must be an origin/,
  ],
  ['Q10: every origin', { redirect_uris, allowed_origins: ['*'] }, /^allowed_origins\[0\]/],
  [
    'Q10: many origins',
    { redirect_uris, allowed_origins: ['https://*.app.test'] },
    /^allowed_origins\[0\]: must not hold a wildcard/,
  ],
  ['Q10: the null origin', { redirect_uris, allowed_origins: ['null'] }, /^allowed_origins\[0\]/],
  [
    'RFC 8707 §2: a resource with a fragment',
    { redirect_uris, resources: { 'https://a.test/#x': ['read'] } },
    /^resources\.https:\/\/a\.test\/#x: must not hold a fragment/,
  ],
  [
    'RFC 8707 §2: a resource that is no URI',
    { redirect_uris, resources: { api: ['read'] } },
    /^resources\.api: must be an absolute URI/,
  ],
  [
    'a scope with a space',
    { redirect_uris, resources: { 'https://a.test': ['read write'] } },
    /^resources\.https:\/\/a\.test\[0\]: must be a scope/,
  ],
  ['a scope nobody knows', { redirect_uris, scope: 'openid everything' }, /^scope: must hold/],
  [
    'a text where a truth is meant',
    { redirect_uris, first_party: 'true' },
    /^first_party: must be true or false/,
  ],
  [
    'a lasting refresh token without its grant',
    { redirect_uris, always_issue_refresh_token: true },
    /^always_issue_refresh_token/,
  ],
  [
    'a session logout nobody is told of',
    { redirect_uris, backchannel_logout_session_required: true },
    /^backchannel_logout_session_required/,
  ],
  [
    'an id that must be escaped',
    { redirect_uris, client_id: 'a b' },
    /^client_id: must be 1 to 128/,
  ],
  [
    'the id of My account',
    { redirect_uris, client_id: 'signet-account' },
    /^client_id: belongs to My account/,
  ],
  ['an id that is no text', { redirect_uris, client_id: 7 }, /^client_id: /],
  [
    'Q22: a short secret',
    { redirect_uris, client_secret: 'fifteen-letters' },
    /^client_secret: must be 16/,
  ],
  [
    'a secret of a public client',
    { redirect_uris, token_endpoint_auth_method: 'none', client_secret: 'x'.repeat(32) },
    /^client_secret: has no use/,
  ],
]

describe('client metadata that may not', () => {
  for (const [what, input, expected] of refused)
    it(what, () => {
      const found = problems(input)
      assert.equal(found.length, 1, found.join('\n'))
      assert.match(found[0] ?? '', expected)
    })

  it('is refused whatever its type (Q92)', () => {
    for (const input of [undefined, null, 'text', 7, [], [{}], () => ({})])
      assert.match(problems(input)[0] ?? '', /must be an object/)
  })

  it('never makes the validator fail, whatever stands in a field (Q92)', () => {
    const names = Object.keys(valid({ redirect_uris }).metadata).concat('jwks', 'scope', 'contacts')
    for (const name of names)
      for (const value of [null, 7, '', [], [null], {}, { keys: [null] }, [[]], '\ud800', '\0'])
        assert.doesNotThrow(() => checkClientMetadata({ redirect_uris, [name]: value }, 'api'))
  })
})
