import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { assertDecent } from '#test/support/hostile.ts'
import {
  authorizationRequest,
  basic,
  createDpopKey,
  dpopProof,
  readAnswer,
} from '#test/support/protocol.ts'
import type { Answer } from '#test/support/protocol.ts'
import { openWorld, storeSetups } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

/** As they come over the wire, percent-encoded: NUL, control characters, no UTF-8, unpaired surrogates, much of it. */
const values = [
  '%00',
  'a%00b',
  '%01%1f%7f',
  '%0d%0aSet-Cookie:%20a=b',
  '%ed%a0%80',
  '%ff%fe',
  '%',
  '%zz',
  '%u0000',
  '%5Cu0000',
  '{}',
  '[]',
  '__proto__',
  'constructor',
  'null',
  '-1',
  '1e999',
  '%F0%9F%92%A5',
  "'%20OR%201=1--",
  '${7*7}',
  '<script>alert(1)</script>',
  'x'.repeat(5000),
]

const endpoints: Readonly<Record<string, readonly string[]>> = {
  '/token': [
    'grant_type',
    'code',
    'redirect_uri',
    'code_verifier',
    'refresh_token',
    'device_code',
    'scope',
    'resource',
    'client_id',
    'client_secret',
    'client_assertion',
    'client_assertion_type',
  ],
  '/par': [
    'redirect_uri',
    'scope',
    'state',
    'nonce',
    'login_hint',
    'id_token_hint',
    'claims',
    'claims_locales',
    'ui_locales',
    'acr_values',
    'max_age',
    'prompt',
    'display',
    'response_mode',
    'response_type',
    'code_challenge',
    'code_challenge_method',
    'resource',
    'request',
    'request_uri',
    'dpop_jkt',
    'registration',
  ],
  '/introspect': ['token', 'token_type_hint'],
  '/revoke': ['token', 'token_type_hint'],
  '/device_authorization': ['client_id', 'scope', 'claims', 'resource', 'login_hint', 'acr_values'],
}

const formType = 'application/x-www-form-urlencoded'

for (const stores of storeSetups()) {
  describe(`hostile input on ${stores} (Q92, F11)`, () => {
    let world: World
    let authorization: string
    before(async () => {
      world = await openWorld({ stores })
      const { clientId, secret = '' } = world.client('web')
      authorization = basic(clientId, secret)
    })
    after(() => world[Symbol.asyncDispose]())

    async function send(
      path: string,
      body: string,
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Answer> {
      const answer = await readAnswer(
        await world.transport.fetch(world.issuer + path, {
          method: 'POST',
          headers: { 'content-type': formType, authorization, ...headers },
          body,
        }),
      )
      assertDecent(answer, `${path} ${body.slice(0, 80)} ${answer.body.slice(0, 200)}`)
      return answer
    }

    const usual: Readonly<Record<string, () => Promise<Readonly<Record<string, string>>>>> = {
      '/par': async () => (await authorizationRequest(world.client('web'))).parameters,
    }

    /** Every field of an otherwise good request, one after the other. */
    function variations(fields: Readonly<Record<string, string>>, name: string): readonly string[] {
      const { [name]: _replaced, ...others } = fields
      const rest = String(new URLSearchParams(others))
      const twice = `${name}=a&${name}=b`
      return [
        ...values.map((value) => `${rest}&${name}=${value}`),
        `${rest}&${twice}`,
        `${rest}&${name}[]=a`,
        `${rest}&${name}[a]=b`,
        `${rest}&${name}[__proto__][a]=b`,
        `${rest}&${name}`,
      ]
    }

    for (const [path, names] of Object.entries(endpoints)) {
      it(`${path} refuses whatever is in a field`, async () => {
        for (const name of names) {
          const fields = (await usual[path]?.()) ?? {}
          for (const body of variations(fields, name)) await send(path, body)
        }
      })
    }

    it('/token refuses whatever is in a grant', async () => {
      const grants = {
        authorization_code: { redirect_uri: 'https://web.example.test/callback', code: 'x' },
        refresh_token: { refresh_token: 'x' },
        client_credentials: { scope: 'read' },
        'urn:ietf:params:oauth:grant-type:device_code': { device_code: 'x' },
      }
      for (const [grant_type, fields] of Object.entries(grants)) {
        for (const name of [...Object.keys(fields), 'scope', 'resource']) {
          for (const body of variations({ grant_type, ...fields }, name)) {
            assert.equal((await send('/token', body)).json['access_token'], undefined)
          }
        }
      }
    })

    it('/authorize refuses whatever is in its address', async () => {
      const { url } = await authorizationRequest(world.client('web'))
      for (const name of ['client_id', 'state', 'nonce', 'login_hint', 'scope', 'redirect_uri']) {
        for (const value of values) {
          const query = url.search.slice(1).replace(new RegExp(`(^|&)${name}=[^&]*`), '')
          const address = `${world.issuer}/authorize?${query}&${name}=${value}`
          const raw = await world.transport.fetch(
            address.replaceAll(/[<>"'{}$ ]/g, encodeURIComponent),
          )
          const answer = await readAnswer(raw)
          assertDecent(answer, `${name}=${value.slice(0, 40)}`)
          assert.doesNotMatch(answer.body, /<script>alert/)
        }
      }
    })

    it('reads the types it says it reads, and nothing else', async () => {
      const body = 'grant_type=client_credentials'
      const types = [
        'application/json',
        'text/plain',
        'multipart/form-data; boundary=x',
        'application/xml',
        `${formType}; charset=utf-16`,
        `${formType}; charset=nonsense`,
        `${formType}; charset="`,
        'x',
        '/',
        ';',
      ]
      for (const path of ['/token', '/par', '/introspect', '/revoke', '/device', '/register']) {
        for (const type of types) {
          const answer = await send(path, body, { 'content-type': type })
          assert.ok(answer.status >= 400, `${path} ${type} ${answer.status}`)
        }
      }
    })

    it('refuses what is too large, or packed', async () => {
      const large = `grant_type=client_credentials&x=${'a'.repeat(200_000)}`
      const fields = Array.from({ length: 20_000 }, (_, at) => `a${at}`).join('&')
      const packed = gzipSync('grant_type=client_credentials').toString('latin1')
      for (const path of [
        '/token',
        '/par',
        '/introspect',
        '/revoke',
        '/device',
        '/logout/confirm',
      ]) {
        for (const body of [large, fields]) {
          const answer = await send(path, body)
          assert.ok(answer.status >= 400, `${path} ${answer.status}`)
        }
        await send(path, packed, { 'content-encoding': 'gzip' })
      }
    })

    it('refuses a hostile Authorization and a hostile proof', async () => {
      const body = 'grant_type=client_credentials'
      const encode = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
      const texts = [
        '',
        'Basic',
        'Basic ',
        'Basic x',
        'Basic ====',
        'Bearer x',
        'Digest x',
        'a b c',
      ]
      const encoded = ['', ':', 'web', 'web:', ':x', '\0:\0', 'web:%00', 'web:%', 'ü:ü', '%00:x']
      for (const value of [...texts, ...encoded.map(encode)]) {
        for (const path of ['/token', '/introspect']) {
          const answer = await send(path, body, { authorization: value })
          assert.ok([400, 401].includes(answer.status), `${path} ${value} ${answer.status}`)
        }
        const userinfo = await world.transport.fetch(`${world.issuer}/userinfo`, {
          headers: { authorization: value },
        })
        assertDecent(userinfo, value)
      }
      const key = await createDpopKey()
      const claims = [
        { jti: 'a\u0000b' },
        { jti: '\ud800' },
        { jti: 'x'.repeat(5000) },
        { iat: 1e300 },
        { iat: -1 },
        { htu: 'x' },
        { nonce: '\u0000' },
        { nonce: [1] },
      ]
      for (const claim of claims) {
        const url = `${world.issuer}/token`
        await send('/token', body, { dpop: await dpopProof(key, { url, claims: claim }) })
      }
    })

    it('/register refuses whatever is in a document', async () => {
      const bearer = { authorization: 'Bearer x', 'content-type': 'application/json' }
      const { provider } = await world.web.registry.engineOf(world.main)
      const token = await new provider.InitialAccessToken({}).save()
      const documents = [
        '',
        'null',
        '[]',
        '"x"',
        '1',
        '{',
        '{"redirect_uris":"x"}',
        '{"redirect_uris":[1]}',
        '{"redirect_uris":[null]}',
        '{"redirect_uris":[["https://a.example.test"]]}',
        '{"redirect_uris":{"0":"https://a.example.test"}}',
        '{"redirect_uris":["https://a.example.test/\\u0000"]}',
        '{"redirect_uris":["https://a.example.test/\\ud800"]}',
        '{"redirect_uris":["https://a.example.test/"],"client_name":"a\\u0000b"}',
        '{"redirect_uris":["https://a.example.test/"],"client_name":"\\ud800"}',
        '{"redirect_uris":["https://a.example.test/"],"client_name":{"a":1}}',
        '{"redirect_uris":["https://a.example.test/"],"contacts":"x"}',
        '{"redirect_uris":["https://a.example.test/"],"jwks":{"keys":[{}]}}',
        '{"redirect_uris":["https://a.example.test/"],"jwks":{"keys":"x"}}',
        '{"redirect_uris":["https://a.example.test/"],"jwks":[]}',
        '{"redirect_uris":["https://a.example.test/"],"jwks_uri":"x"}',
        '{"redirect_uris":["https://a.example.test/"],"default_max_age":1e300}',
        '{"redirect_uris":["https://a.example.test/"],"grant_types":["__proto__"]}',
        '{"redirect_uris":["https://a.example.test/"],"default_acr_values":["\\u0000"]}',
        '{"redirect_uris":["https://a.example.test/"],"subject_type":["pairwise"]}',
        '{"redirect_uris":["https://a.example.test/"],"id_token_signed_response_alg":"none"}',
        '{"redirect_uris":["https://a.example.test/"],"client_id":"a\\u0000"}',
        `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
        `{"client_name":"${'x'.repeat(100_000)}"}`,
      ]
      for (const document of documents) {
        await send('/register', document, bearer)
        const headers = { ...bearer, authorization: `Bearer ${token}` }
        const answer = await send('/register', document, headers)
        if (!document.includes('"client_id"'))
          assert.ok(answer.status >= 400, document.slice(0, 99))
      }
      for (const name of ['__proto__', 'constructor', 'toString', 'first_party\\u0000']) {
        const document = `{"redirect_uris":["https://a.example.test/"],"${name}":{"first_party":true}}`
        await send('/register', document, { ...bearer, authorization: `Bearer ${token}` })
      }
    })

    it('the pages of a sign-in refuse whatever is in a form', async () => {
      const browser = world.browser()
      const tab = browser.tab()
      const page = await tab.open((await authorizationRequest(world.client('web'))).url)
      const csrf = page.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? ''
      const base = page.url.pathname.replace(/\/$/, '')
      const headers = () => ({
        authorization: '',
        origin: world.issuer,
        cookie: browser.cookies.header(page.url) ?? '',
      })
      const steps = {
        identifier: 'email',
        password: 'password',
        account: 'account',
        consent: 'decision',
      }
      for (const [step, name] of Object.entries(steps)) {
        for (const body of variations({ csrf }, name)) {
          const answer = await send(`${base}/${step}`, body, headers())
          assert.doesNotMatch(answer.headers.get('location') ?? '', /code=/)
        }
        for (const document of ['{', '[]', 'null', `{"csrf":"${csrf}","${name}":"a\\u0000b"}`]) {
          const type = { 'content-type': 'application/json' }
          const answer = await send(`${base}/${step}`, document, { ...headers(), ...type })
          assert.ok(answer.status >= 400, `${step} ${document}`)
        }
        for (const other of ['', 'csrf=', `csrf=${csrf}x`, `csrf=${csrf}&csrf=${csrf}`]) {
          const answer = await send(`${base}/${step}`, `${other}&${name}=x`, headers())
          assert.ok([400, 403].includes(answer.status), `${step} ${other} ${answer.status}`)
        }
      }
      for (const uid of ['x', '%20', 'a'.repeat(2000), '..', "'--"]) {
        const answer = await send(`/interaction/${uid}/identifier`, 'email=a', headers())
        assert.ok(answer.status >= 400)
      }
    })

    it('a form sent without cookies is answered with a page', async () => {
      const body = 'user_code=BBBB-BBBB&xsrf=x'
      const answer = await send('/device', body, { authorization: '', accept: 'text/html' })
      assert.equal(answer.status, 400)
      assert.match(answer.body, /<h1>/)
    })

    it('cookies may hold anything', async () => {
      const cookies = [
        'signet=\x01',
        'signet=%00; signet.sig=%00',
        'signet=x; signet=y',
        'signet',
        '=',
        ';;;',
        `signet=${'x'.repeat(4000)}; signet.sig=x`,
        'signet-interaction=x; signet-interaction.sig=x; signet-resume=x',
        '__proto__=x',
      ]
      for (const cookie of cookies) {
        for (const path of [
          '/authorize?client_id=web',
          '/device',
          '/logout',
          '/interaction/x',
          '/',
        ]) {
          const raw = await world.transport.fetch(world.issuer + path, {
            headers: { cookie: cookie.replace('\x01', '\t') },
          })
          assertDecent(await readAnswer(raw), `${path} ${cookie.slice(0, 40)}`)
        }
      }
    })
  })
}
