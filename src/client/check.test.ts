import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jwks, problems, redirect_uris, valid, type Input } from '#test/support/client-metadata.ts'
import { checkClientMetadata } from './check.ts'

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

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
      api_login: false,
      upstream_tokens: false,
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
        api_login: true,
        upstream_tokens: true,
        require_pkce: false,
        always_issue_refresh_token: true,
        resources: { 'https://api.example.test': ['write'] },
      },
      'registration',
    )
    assert.equal(metadata.first_party, false)
    assert.deepEqual([metadata.api_login, metadata.upstream_tokens], [false, false])
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
