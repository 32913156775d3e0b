import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { checkClientMetadata } from './check.ts'
import type { CheckedMetadata } from './check.ts'
import type { ClientOrigin } from './metadata.ts'

const redirect_uris = ['https://app.example.test/cb']
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const publicJwk = publicKey.export({ format: 'jwk' })
const jwks = { keys: [publicJwk] }

type Input = Record<string, unknown>

function valid(input: Input, origin: ClientOrigin = 'seed') {
  const checked = checkClientMetadata(input, origin)
  assert.equal(checked.outcome, 'valid', JSON.stringify(checked))
  return checked.outcome === 'valid' ? checked : assert.fail()
}

function problems(input: unknown, origin: ClientOrigin = 'seed'): readonly string[] {
  const checked: CheckedMetadata = checkClientMetadata(input, origin)
  return checked.outcome === 'valid'
    ? []
    : checked.problems.map(({ field, message }) => `${field}: ${message}`)
}

describe('client metadata that may be registered', () => {
  it('gets every default filled in', () => {
    assert.deepEqual(valid({ redirect_uris }).metadata, {
      application_type: 'web',
      redirect_uris,
      post_logout_redirect_uris: [],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'ES256',
      require_signed_request_object: false,
      require_pushed_authorization_requests: false,
      dpop_bound_access_tokens: false,
      subject_type: 'public',
      require_auth_time: false,
      backchannel_logout_session_required: false,
      first_party: false,
      require_pkce: true,
      allowed_origins: [],
      resources: {},
      always_issue_refresh_token: false,
      minimal_id_token: false,
    })
  })

  const accepted: Readonly<Record<string, Input>> = {
    'a machine without redirect URIs': { grant_types: ['client_credentials'] },
    'a television': { grant_types: [deviceGrant, 'refresh_token'] },
    'a public browser app': {
      redirect_uris,
      token_endpoint_auth_method: 'none',
      allowed_origins: ['https://app.example.test', 'http://localhost:5173'],
    },
    'a native app': {
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['com.example.app:/cb', 'http://127.0.0.1/cb'],
      post_logout_redirect_uris: ['com.example.app:/bye'],
    },
    'a confidential client that goes without PKCE': { redirect_uris, require_pkce: false },
    'an RS256 client of a library that reads nothing else': {
      redirect_uris,
      id_token_signed_response_alg: 'RS256',
    },
    'a client with keys': {
      redirect_uris,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks,
      require_signed_request_object: true,
      request_object_signing_alg: 'ES256',
    },
    'a client whose keys are fetched': {
      redirect_uris,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'https://app.example.test/jwks.json',
    },
    'pairwise subjects of one host': { redirect_uris, subject_type: 'pairwise' },
    'pairwise subjects of several hosts': {
      redirect_uris: [...redirect_uris, 'https://other.example.test/cb'],
      subject_type: 'pairwise',
      sector_identifier_uri: 'https://app.example.test/sector.json',
    },
    'all that is only shown or remembered': {
      redirect_uris,
      client_name: 'Ädams „App“',
      client_uri: 'http://intranet.example.test/',
      logo_uri: 'https://app.example.test/logo.png',
      policy_uri: 'https://app.example.test/privacy#cookies',
      tos_uri: 'https://app.example.test/terms',
      contacts: ['dev@example.test'],
      initiate_login_uri: 'https://app.example.test/login',
      backchannel_logout_uri: 'http://localhost:3001/logout',
      backchannel_logout_session_required: true,
      default_max_age: 0,
      default_acr_values: ['urn:signet:acr:mfa'],
      response_modes: ['query', 'form_post'],
      scope: 'openid profile offline_access',
      resources: { 'https://api.example.test': ['read'] },
    },
  }
  for (const [who, input] of Object.entries(accepted))
    it(who, () => assert.deepEqual(problems(input), []))

  it('leaves out what is said twice', () => {
    const { metadata } = valid({ redirect_uris: [...redirect_uris, ...redirect_uris] })
    assert.deepEqual(metadata.redirect_uris, redirect_uris)
  })
})

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

describe('problems', () => {
  it('are reported all at once, those of belonging together among them', () => {
    const found = problems({
      redirect_uris: ['https://ok.test/cb', 'http://evil.test', 'https://a@b.test'],
      token_endpoint_auth_method: 'private_key_jwt',
      client_name: '',
      frist_party: true,
    })
    assert.deepEqual(
      found.map((line) => line.split(':')[0]),
      [
        'frist_party',
        'client_name',
        'redirect_uris[1]',
        'redirect_uris[2]',
        'token_endpoint_auth_method',
      ],
    )
  })

  it('do not follow from one another', () => {
    const found = problems({ grant_types: ['implicit'], response_types: ['token'] })
    assert.deepEqual(
      found.map((line) => line.split(':')[0]),
      ['grant_types[0]', 'response_types[0]'],
    )
  })

  it('name the error of RFC 7591 §3.2.2', () => {
    const checked = checkClientMetadata({ redirect_uris: ['http://evil.test'], scope: 'x' }, 'api')
    assert.equal(checked.outcome, 'invalid')
    const errors = checked.outcome === 'invalid' ? checked.problems.map(({ error }) => error) : []
    assert.deepEqual(errors.sort(), ['invalid_client_metadata', 'invalid_redirect_uri'])
  })

  const misspelt = {
    redirect_uri: 'redirect_uris',
    redirectUris: 'redirect_uris',
    grant_type: 'grant_types',
    'client-name': 'client_name',
    first_part: 'first_party',
  }
  for (const [name, meant] of Object.entries(misspelt))
    it(`suggest ${meant} for ${name} (Q80)`, () =>
      assert.ok(
        problems({ redirect_uris, [name]: 'x' }).includes(
          `${name}: is not a known name; did you mean ${meant}?`,
        ),
      ))

  it('suggest nothing where nothing is near, and never repeat control characters', () => {
    assert.deepEqual(problems({ redirect_uris, tenant_id: 'x', 'a\n': 1 }), [
      'tenant_id: is not a known name',
      '?: is not a known name',
    ])
    assert.deepEqual(problems(JSON.parse('{"redirect_uris":["https://a.test/"],"__proto__":{}}')), [
      '__proto__: is not a known name',
    ])
  })
})

describe('who registers', () => {
  const own = { redirect_uris, client_id: 'demo-web', client_secret: 'a-secret-of-the-seed' }

  it('brings id and secret with a seed and on the command line', () => {
    for (const origin of ['seed', 'cli'] as const) {
      const checked = valid(own, origin)
      assert.equal(checked.clientId, 'demo-web')
      assert.equal(checked.clientSecret, 'a-secret-of-the-seed')
      assert.ok(!('client_id' in checked.metadata) && !('client_secret' in checked.metadata))
    }
  })

  it('may not choose them through the API (Q80)', () => {
    assert.deepEqual(problems(own, 'api'), [
      'client_id: is drawn by the server',
      'client_secret: is drawn by the server',
    ])
  })

  it('is not told off for unknown members at dynamic registration (RFC 7591 §2)', () => {
    const { metadata } = valid(
      { redirect_uris, software_statement: 'x', client_uri: '', logo_uri: null, tenant_id: 'x' },
      'registration',
    )
    assert.deepEqual(metadata, valid({ redirect_uris }, 'registration').metadata)
  })

  it('cannot grant itself trust, resources or weaker rules at dynamic registration (Q9)', () => {
    const { metadata } = valid(
      {
        redirect_uris,
        grant_types: ['authorization_code', 'refresh_token'],
        first_party: true,
        require_pkce: false,
        always_issue_refresh_token: true,
        resources: { 'https://api.example.test': ['write'] },
      },
      'registration',
    )
    assert.equal(metadata.first_party, false)
    assert.equal(metadata.require_pkce, true)
    assert.equal(metadata.always_issue_refresh_token, false)
    assert.deepEqual(metadata.resources, {})
  })

  it('gets RS256 at dynamic registration when it asks for nothing (OIDC Registration §2)', () => {
    const alg = (input: Input) => valid(input, 'registration').metadata.id_token_signed_response_alg
    assert.equal(alg({ redirect_uris }), 'RS256')
    assert.equal(alg({ redirect_uris, id_token_signed_response_alg: 'ES256' }), 'ES256')
  })
})
