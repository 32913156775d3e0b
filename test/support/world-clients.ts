/** The API of the test world (RFC 8707). */
export const api = 'https://api.example.test'
/** The same with opaque tokens. */
export const opaqueApi = 'https://opaque.example.test'

const code = ['authorization_code', 'refresh_token']
const device = 'urn:ietf:params:oauth:grant-type:device_code'
const callback = (name: string) => [`https://${name}.example.test/callback`]

/** One client of every type, by name; the name is its `client_id`, or the beginning of it. */
export const worldClients = {
  /** Confidential, `client_secret_basic`, and the usual one. */
  web: {
    client_name: 'Payroll',
    client_uri: 'https://web.example.test/',
    redirect_uris: callback('web'),
    post_logout_redirect_uris: ['https://web.example.test/bye'],
    grant_types: code,
    resources: { [api]: ['read', 'write'], [opaqueApi]: ['read'] },
  },
  post: {
    client_name: 'Posting',
    redirect_uris: callback('post'),
    grant_types: code,
    token_endpoint_auth_method: 'client_secret_post',
  },
  /** Public, in a browser. */
  spa: {
    client_name: 'Single page',
    redirect_uris: callback('spa'),
    grant_types: code,
    token_endpoint_auth_method: 'none',
    allowed_origins: ['https://spa.example.test'],
    resources: { [api]: ['read'] },
  },
  /** Public, on a device of the person. */
  native: {
    client_name: 'Phone app',
    application_type: 'native',
    redirect_uris: ['com.example.phone:/callback', 'http://127.0.0.1/callback'],
    grant_types: code,
    token_endpoint_auth_method: 'none',
  },
  signed: {
    client_name: 'Key holder',
    redirect_uris: callback('signed'),
    grant_types: code,
    token_endpoint_auth_method: 'private_key_jwt',
  },
  pairwise: {
    client_name: 'Stranger',
    redirect_uris: callback('pairwise'),
    grant_types: code,
    subject_type: 'pairwise',
  },
  /** First-party: consent is not asked. */
  trusted: {
    client_name: 'Intranet',
    redirect_uris: callback('trusted'),
    post_logout_redirect_uris: ['https://trusted.example.test/bye'],
    grant_types: code,
    first_party: true,
    resources: { [api]: ['read'], [opaqueApi]: ['read'] },
  },
  machine: {
    client_name: 'Nightly job',
    grant_types: ['client_credentials'],
    response_types: [],
    resources: { [api]: ['read', 'write'] },
  },
  /** The resource server itself: it may introspect what is issued for `api` and `opaqueApi`. */
  reader: {
    client_name: 'The API',
    grant_types: ['client_credentials'],
    response_types: [],
    resources: { [opaqueApi]: ['read'] },
  },
  television: {
    client_name: 'Television',
    application_type: 'native',
    grant_types: [device, 'refresh_token'],
    response_types: [],
    token_endpoint_auth_method: 'none',
  },
} satisfies Readonly<Record<string, Readonly<Record<string, unknown>>>>

export type ClientName = keyof typeof worldClients
