import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { issuerProblem } from './issuer.ts'

const main = 'https://signet.test'

describe('the issuer a tenant brings (OIDC Discovery §3, RFC 8414 §2)', () => {
  for (const issuer of [
    'https://id.acme.test',
    'https://id.acme.test:8443',
    'https://xn--mnchen-3ya.test',
    'http://localhost:4000',
    'http://127.0.0.1:4000',
    'http://[::1]:4000',
  ])
    it(`accepts ${issuer}`, () => assert.equal(issuerProblem(issuer, main), undefined))

  const refused: readonly (readonly [string, RegExp])[] = [
    ['http://id.acme.test', /https/],
    ['http://localhost.acme.test', /https/],
    ['http://127.0.0.2', /https/],
    ['ftp://id.acme.test', /https/],
    ['javascript:alert(1)', /https/],
    ['id.acme.test', /absolute/],
    ['', /absolute/],
    ['https://', /absolute/],
    ['https://id.acme.test/', /slash/],
    ['https://id.acme.test/a/', /slash/],
    ['https://id.acme.test?', /query/],
    ['https://id.acme.test?a=b', /query/],
    ['https://id.acme.test#', /fragment/],
    ['https://id.acme.test#a', /fragment/],
    ['https://user@id.acme.test', /credentials/],
    ['https://user:word@id.acme.test', /credentials/],
    ['https://@id.acme.test', /normal form/],
    ['https://ID.acme.test', /normal form/],
    ['HTTPS://id.acme.test', /normal form/],
    ['https://id.acme.test:443', /normal form/],
    ['https://münchen.test', /normal form: https:\/\/xn--mnchen-3ya\.test$/],
    ['https://id.acme.test/a/../b', /normal form/],
    ['https://id.acme.test/%2e%2e/b', /normal form/],
    ['https://id.acme.test\\b', /normal form/],
    [' https://id.acme.test', /normal form/],
    ['https://id.acme.test/a\n', /512/],
    ['https://id.acme.test/a\0', /512/],
    [`https://id.acme.test/${'a'.repeat(512)}`, /512/],
    ['https://id.acme.test/login', /path/],
    ['https://id.acme.test/..;/b', /path/],
    ['https://id.acme.test/a//b', /path/],
    ['https://id.acme.test/%2fb', /path/],
    ['https://id.acme.test/a%2f..%2fb', /path/],
    ['https://id.acme.test/.well-known/openid-configuration', /path/],
    ['https://id.acme.test/a;b', /path/],
    // the main tenant owns its origin: otherwise one tenant could take another's address
    ['https://signet.test', /another origin/],
    ['https://signet.test/t/acme', /another origin/],
    ['https://signet.test/elsewhere', /another origin/],
  ]
  for (const [issuer, reason] of refused)
    it(`refuses ${JSON.stringify(issuer.slice(0, 60))}`, () =>
      assert.match(issuerProblem(issuer, main) ?? 'accepted', reason))
})
