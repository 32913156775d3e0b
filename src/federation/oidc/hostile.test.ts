import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { SignJWT } from 'jose'
import { epochSeconds, systemClock } from '#kit/clock.ts'
import { createKey, sign, providerForTests, type Lies } from '#test/support/lying-provider.ts'
import {
  connectionTo,
  openOidcUpstream,
  outcomeOf,
  roundTrip,
  type UpstreamUnderTest,
} from '#test/support/oidc-upstream.ts'
import type { Connection, Wishes } from '../federation.ts'

const provider = await providerForTests()

const now = () => epochSeconds(systemClock)
const set = (name: string, value: unknown): Lies => ({
  claims: (claims) => void (claims[name] = value),
})
const claims = (change: (claims: Record<string, unknown>) => void): Lies => ({ claims: change })
const without = (name: string): Lies => claims((all) => void delete all[name])
const text = (header: object, body: object, signature = '') =>
  [header, body].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') +
  `.${signature}`

describe('an upstream that lies (reference/federation.md §3.1)', () => {
  let under: UpstreamUnderTest
  let connection: Connection

  beforeEach(() => {
    under = openOidcUpstream({ secret: provider.clientSecret })
    connection = connectionTo(provider)
  })

  const come = async (lies: Lies, wishes: Partial<Wishes> = {}): Promise<string> => {
    provider.lie(lies)
    return outcomeOf(await roundTrip(under, provider, connection, wishes))
  }

  it('is believed while it tells the truth', async () => {
    assert.equal(await come({}), 'arrived')
    assert.deepEqual(under.measured, ['success'])
  })

  const refused: readonly (readonly [what: string, lies: Lies, reason: string])[] = [
    [
      'iss of somebody else (mix-up, RFC 9700 §4.4)',
      set('iss', 'https://evil.test'),
      'id_token.iss',
    ],
    [
      'iss with a slash more',
      claims((all) => void (all['iss'] = `${String(all['iss'])}/`)),
      'id_token.iss',
    ],
    ['no iss', without('iss'), 'id_token.iss'],
    ['aud of another client', set('aud', 'other'), 'id_token.aud'],
    ['aud of two without azp', set('aud', ['signet', 'other']), 'id_token.aud'],
    [
      'aud of two, azp the other',
      claims((all) => Object.assign(all, { aud: ['signet', 'other'], azp: 'other' })),
      'id_token.azp',
    ],
    ['an empty aud', set('aud', []), 'id_token.aud'],
    ['no aud', without('aud'), 'id_token.aud'],
    ['azp of another client', set('azp', 'other'), 'id_token.azp'],
    ['azp that is no text', set('azp', 7), 'id_token.azp'],
    ['exp in the past', claims((all) => void (all['exp'] = now() - 61)), 'id_token.exp'],
    ['exp as text', set('exp', '9999999999'), 'id_token.exp'],
    ['no exp', without('exp'), 'id_token.exp'],
    ['nbf in the future', claims((all) => void (all['nbf'] = now() + 120)), 'id_token.nbf'],
    ['iat a day ahead', claims((all) => void (all['iat'] = now() + 86_400)), 'id_token.iat'],
    ['iat a day old', claims((all) => void (all['iat'] = now() - 86_400)), 'id_token.iat'],
    ['iat as text', set('iat', '1'), 'id_token.iat'],
    ['no iat', without('iat'), 'id_token.iat'],
    ['nonce of another request', set('nonce', 'x'.repeat(43)), 'id_token.nonce'],
    ['no nonce', without('nonce'), 'id_token.nonce'],
    ['nonce that is no text', set('nonce', ['x']), 'id_token.nonce'],
    ['no sub', without('sub'), 'id_token.sub'],
    ['an empty sub', set('sub', ''), 'id_token.sub'],
    ['sub as a number', set('sub', 7), 'id_token.sub'],
    ['sub with a NUL', set('sub', 'a\0b'), 'id_token.sub'],
    ['sub of 256 characters', set('sub', 'x'.repeat(256)), 'id_token.sub'],
    [
      'auth_time in the future',
      claims((all) => void (all['auth_time'] = now() + 120)),
      'id_token.auth_time',
    ],
    ['auth_time as text', set('auth_time', '1'), 'id_token.auth_time'],
    ['auth_time before time', set('auth_time', -1), 'id_token.auth_time'],
    [
      'at_hash of another token (OIDC Core §3.1.3.8)',
      set('at_hash', 'x'.repeat(22)),
      'id_token.at_hash',
    ],
    ['at_hash that is no text', set('at_hash', null), 'id_token.at_hash'],
  ]
  for (const [what, lies, reason] of refused)
    it(`is refused with ${what}`, async () => {
      assert.equal(await come(lies), `answer_refused ${reason}`)
      assert.deepEqual(under.measured, ['failure'])
    })

  const forged: readonly (readonly [
    string,
    (claims: Record<string, unknown>) => Promise<unknown>,
    string,
  ])[] = [
    ['alg none', async (all) => text({ alg: 'none' }, all), 'id_token.alg'],
    ['alg NONE', async (all) => text({ alg: 'NONE' }, all), 'id_token.alg'],
    ['no alg', async (all) => text({}, all), 'id_token.alg'],
    [
      'HS256 by the client secret (RFC 8725 §2.1)',
      (all) =>
        new SignJWT(all)
          .setProtectedHeader({ alg: 'HS256' })
          .sign(Buffer.from(provider.clientSecret)),
      'id_token.alg',
    ],
    [
      'another algorithm than the pinned one',
      async (all) => sign(all, await createKey('one', 'ES256')),
      'id_token.alg',
    ],
    [
      'another key under the known name',
      async (all) => sign(all, await createKey('one')),
      'id_token.signature',
    ],
    ['another key', async (all) => sign(all, await createKey('other')), 'id_token.key'],
    [
      'its own key in the header (CVE-2018-0114)',
      async (all) => {
        const key = await createKey('own')
        return new SignJWT(all)
          .setProtectedHeader({ alg: 'RS256', jwk: key.public })
          .sign(key.private)
      },
      'id_token.signature',
    ],
    [
      'an extension that has to be understood (RFC 7515 §4.1.11)',
      async (all) => text({ alg: 'RS256', crit: ['b64'], b64: false }, all, 'xxxx'),
      'id_token.alg',
    ],
    [
      'a broken signature',
      async (all) => text({ alg: 'RS256', kid: 'one' }, all, 'xxxx'),
      'id_token.signature',
    ],
    ['no signature', async (all) => text({ alg: 'RS256', kid: 'one' }, all), 'id_token.signature'],
    ['five parts', async () => 'a.b.c.d.e', 'id_token.malformed'],
    ['two parts', async () => 'a.b', 'id_token.malformed'],
    ['no JSON', async () => 'a.b.c', 'id_token.malformed'],
    ['claims that are a list', async () => text({ alg: 'RS256' }, [1], 'x'), 'id_token.malformed'],
    ['a number', async () => 7, 'id_token.missing'],
  ]
  for (const [what, idToken, reason] of forged)
    it(`is refused with an ID token of ${what}`, async () => {
      assert.equal(await come({ idToken }), `answer_refused ${reason}`)
    })

  const tokens: readonly (readonly [string, Lies, string])[] = [
    [
      'no ID token',
      { tokens: (all) => void delete all['id_token'] },
      'answer_refused id_token.missing',
    ],
    [
      'no access token',
      { tokens: (all) => void delete all['access_token'] },
      'answer_refused token.malformed',
    ],
    [
      'a token of another kind',
      { tokens: (all) => void (all['token_type'] = 'mac') },
      'answer_refused token.malformed',
    ],
    [
      'a subject of somebody else at userinfo (OIDC Core §5.3.4)',
      { ...without('email'), userinfo: { sub: 'mallory' } },
      'answer_refused userinfo.sub',
    ],
    [
      'no subject at userinfo',
      { ...without('email'), userinfo: { email: 'a@b.test' } },
      'answer_refused userinfo.sub',
    ],
  ]
  for (const [what, lies, reason] of tokens)
    it(`is refused with ${what}`, async () => assert.equal(await come(lies), reason))

  const good: readonly (readonly [string, Lies])[] = [
    ['an aud of one in a list', set('aud', ['signet'])],
    [
      'two aud and our azp',
      claims((all) => Object.assign(all, { aud: ['other', 'signet'], azp: 'signet' })),
    ],
    ['our azp', set('azp', 'signet')],
    [
      'a clock that is 50 seconds behind',
      claims((all) =>
        Object.assign(all, { iat: now() - 50, exp: now() - 50, auth_time: now() - 50 }),
      ),
    ],
    [
      'a clock that is 50 seconds ahead',
      claims((all) =>
        Object.assign(all, { iat: now() + 50, nbf: now() + 50, auth_time: now() + 50 }),
      ),
    ],
    ['no auth_time where none was asked', without('auth_time')],
    ['a sub of 255 characters', set('sub', 'x'.repeat(255))],
    [
      'what is missing at userinfo',
      { ...without('email'), userinfo: { sub: 'ada', email: 'ada@example.test' } },
    ],
    [
      'claims nobody has heard of',
      claims((all) => Object.assign(all, { ['__proto__x']: 1, nested: { a: [1] } })),
    ],
  ]
  for (const [what, lies] of good)
    it(`is accepted with ${what}`, async () => assert.equal(await come(lies), 'arrived'))

  describe('when an age was asked for (OIDC Core §3.1.2.1)', () => {
    const age = (seconds: number): Lies =>
      claims((all) => void (all['auth_time'] = now() - seconds))
    const cases: readonly (readonly [string, Lies, Partial<Wishes>, string])[] = [
      ['tells one that is too old', age(300), { maxAge: 200 }, 'answer_refused id_token.auth_time'],
      ['tells one that holds', age(100), { maxAge: 200 }, 'arrived'],
      ['tells none', without('auth_time'), { maxAge: 200 }, 'answer_refused id_token.auth_time'],
      ['did not ask anew', age(100), { anew: true }, 'answer_refused id_token.auth_time'],
      ['asked anew', age(0), { anew: true }, 'arrived'],
      [
        'tells none of asking anew',
        without('auth_time'),
        { anew: true },
        'answer_refused id_token.auth_time',
      ],
    ]
    for (const [what, lies, wishes, outcome] of cases)
      it(`it ${what}: ${outcome}`, async () => assert.equal(await come(lies, wishes), outcome))
  })
})
