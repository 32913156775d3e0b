import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { redirectUriProblem } from './redirect-uri.ts'
import type { ApplicationType } from './redirect-uri.ts'

const accepted: readonly (readonly [ApplicationType, string])[] = [
  ['web', 'https://app.example.test/cb'],
  ['web', 'https://app.example.test'],
  ['web', 'https://app.example.test/'],
  ['web', 'https://app.example.test:8443/cb?tenant=a&next=%2Fhome'],
  ['web', 'https://app.example.test/a/@me/b.c/~d/(e)'],
  ['web', 'https://app.example.test/a%20b'],
  ['web', 'https://xn--mnchen-3ya.example.test/cb'],
  ['web', 'https://192.0.2.7/cb'],
  ['web', 'https://intranet/cb'],
  ['web', 'https://localhost:3001/cb'],
  ['web', 'http://localhost:3001/cb'],
  ['web', 'http://127.0.0.1:3001/cb'],
  ['web', 'http://[::1]:3001/cb'],
  ['native', 'http://127.0.0.1/cb'],
  ['native', 'http://localhost:8000'],
  ['native', 'http://[::1]/cb'],
  ['native', 'https://app.example.test/cb'],
  ['native', 'com.example.app:/cb'],
  ['native', 'com.example.app://cb'],
  ['native', 'com.example.my-app:/oauth2redirect/signet?x=1'],
]

const refused: readonly (readonly [ApplicationType, string, RegExp, string])[] = [
  // CVE-2026-9086, Q2: schemes that run or embed, whatever their case
  ['web', 'javascript:alert(1)', /scheme/, 'CVE-2026-9086'],
  ['native', 'javascript:alert(1)', /scheme/, 'CVE-2026-9086'],
  ['native', 'JaVaScRiPt:alert(1)', /scheme/, 'CVE-2026-9086'],
  ['native', ' javascript:alert(1)', /scheme/, 'CVE-2026-9086'],
  ['native', '\tjavascript:alert(1)', /scheme/, 'CVE-2026-9086'],
  ['native', 'java\nscript:alert(1)', /control/, 'CVE-2026-9086'],
  ['native', '\u0001javascript:alert(1)', /control/, 'CVE-2026-9086'],
  ['native', 'javascript://com.example.app/%0aalert(1)', /scheme/, 'CVE-2026-9086'],
  ['native', 'DATA:text/html,hello', /scheme/, 'Q2'],
  ['native', 'vbscript:msgbox(1)', /scheme/, 'Q2'],
  ['native', 'file:///etc/passwd', /scheme/, 'Q2'],
  ['native', 'blob:https://app.example.test/1', /scheme/, 'Q2'],
  ['native', 'about:blank', /scheme/, 'Q2'],
  ['native', 'MAILTO:ada@example.test', /scheme/, 'Q2'],
  ['native', 'view-source:https://app.example.test', /scheme/, 'Q2'],
  // CVE-2026-7504: user names that look like the host
  ['web', 'https://app.example.test@evil.test/cb', /credentials/, 'CVE-2026-7504'],
  ['web', 'https://app.example.test@a@evil.test/cb', /credentials/, 'CVE-2026-7504'],
  ['web', 'https://app.example.test:pw@evil.test/cb', /credentials/, 'CVE-2026-7504'],
  ['web', 'https://@evil.test/cb', /credentials/, 'CVE-2026-7504'],
  ['web', 'https:app.example.test@evil.test/cb', /credentials/, 'CVE-2026-7504'],
  ['web', 'https:///app.example.test@evil.test/cb', /credentials/, 'CVE-2026-7504'],
  ['native', 'com.example.app://app@evil.test/cb', /credentials/, 'CVE-2026-7504'],
  ['web', 'https://app.example.test%40evil.test/cb', /absolute|characters/, 'CVE-2026-7504'],
  // CVE-2026-3872: paths that servers resolve differently
  ['web', 'https://app.example.test/cb/..;/admin', /path/, 'CVE-2026-3872'],
  ['web', 'https://app.example.test/cb/.;/admin', /path/, 'CVE-2026-3872'],
  ['web', 'https://app.example.test/cb/%2e%2e;/admin', /path/, 'CVE-2026-3872'],
  ['web', 'https://app.example.test/cb/..%3b/admin', /path/, 'CVE-2026-3872'],
  ['web', 'https://app.example.test/cb/../admin', /normal form/, 'CVE-2026-3872'],
  ['web', 'https://app.example.test/cb/./admin', /normal form/, 'CVE-2026-3872'],
  ['web', 'https://app.example.test/cb/%2e%2e/admin', /normal form/, 'CVE-2026-3872'],
  ['web', 'https://app.example.test/cb/%252e%252e/admin', /path/, 'CVE-2026-3872'],
  ['web', 'https://app.example.test/cb%2f..%2fadmin', /path/, 'CVE-2026-3872'],
  ['web', 'https://app.example.test/cb%5c..%5cadmin', /path/, 'CVE-2026-3872'],
  ['web', 'https://app.example.test//evil.test', /path/, 'CVE-2026-3872'],
  ['native', 'com.example.app:/cb/..;/admin', /path/, 'CVE-2026-3872'],
  // backslashes and slashes browsers repair
  ['web', 'https://app.example.test\\@evil.test', /backslash/, 'Q2'],
  ['web', 'https:\\\\evil.test/cb', /backslash/, 'Q2'],
  ['web', 'https:/evil.test/cb', /normal form/, 'Q2'],
  ['web', 'https:evil.test', /normal form/, 'Q2'],
  ['web', '//evil.test/cb', /absolute/, 'RFC 6749 §3.1.2'],
  ['web', '/cb', /absolute/, 'RFC 6749 §3.1.2'],
  ['web', '', /characters/, 'RFC 6749 §3.1.2'],
  // control characters, raw and encoded
  ['web', 'https://app.example.test/cb\0', /control/, 'Q2, F11'],
  ['web', 'https://app.example.test/cb\r\nSet-Cookie:a', /control/, 'Q2'],
  ['web', 'https://app.example.test/c\tb', /control/, 'Q2'],
  ['web', 'https://app.example.test/cb?a=%0d%0aSet-Cookie:b', /control/, 'Q2'],
  ['web', 'https://app.example.test/cb%00', /control/, 'Q2'],
  ['web', 'https://app.example.test/ cb', /spaces/, 'Q2'],
  ['web', 'https://app.example.test/<script>', /characters/, 'Q72'],
  ['web', 'https://app.example.test/"onload', /characters/, 'Q72'],
  // fragments and wildcards
  ['web', 'https://app.example.test/cb#a', /fragment/, 'RFC 6749 §3.1.2'],
  ['web', 'https://app.example.test/cb#', /fragment/, 'RFC 6749 §3.1.2'],
  ['web', 'https://*.example.test/cb', /wildcard/, 'RFC 9700 §4.1.1'],
  ['web', 'https://app.example.test/*', /wildcard/, 'RFC 9700 §4.1.1'],
  ['web', 'https://app.example.test/cb?next=*', /wildcard/, 'RFC 9700 §4.1.1'],
  // hosts that look like others
  ['web', 'https://münchen.example.test/cb', /ASCII/, 'Q2'],
  ['web', 'https://аpp.example.test/cb', /ASCII: the host is xn--/, 'Q2'],
  ['web', 'https://app。example.test/cb', /characters/, 'Q2'],
  ['web', 'https://APP.example.test/cb', /normal form/, 'Q1'],
  ['web', 'HTTPS://app.example.test/cb', /normal form/, 'Q1'],
  ['web', 'https://app.example.test:443/cb', /normal form/, 'Q1'],
  ['web', 'https://app.example.test./cb', /dot/, 'Q2'],
  ['web', 'https://3221225479/cb', /normal form/, 'Q2'],
  ['web', 'https://0xc0.0.2.7/cb', /normal form/, 'Q2'],
  // plain http, but on the machine itself
  ['web', 'http://app.example.test/cb', /https/, 'RFC 9700 §2.6'],
  ['native', 'http://app.example.test/cb', /https/, 'RFC 9700 §2.6'],
  ['web', 'http://localhost.evil.test/cb', /https/, 'RFC 8252 §8.3'],
  ['web', 'http://127.0.0.1.evil.test/cb', /https/, 'RFC 8252 §8.3'],
  ['web', 'http://127.0.0.2/cb', /https/, 'RFC 8252 §8.3'],
  ['web', 'http://0.0.0.0/cb', /https/, 'RFC 8252 §8.3'],
  ['web', 'http://[::ffff:127.0.0.1]/cb', /https/, 'RFC 8252 §8.3'],
  ['web', 'http://2130706433/cb', /normal form/, 'RFC 8252 §8.3'],
  ['native', 'https://localhost/cb', /http on a loopback/, 'RFC 8252 §7.3'],
  // custom schemes
  ['web', 'com.example.app:/cb', /application_type/, 'RFC 8252 §7.1'],
  ['web', 'ftp://app.example.test/cb', /https/, 'Q2'],
  ['native', 'ftp://app.example.test/cb', /reversed domain/, 'RFC 8252 §7.1'],
  ['native', 'myapp:/cb', /reversed domain/, 'RFC 8252 §7.1'],
  ['native', 'ws://app.example.test/cb', /reversed domain/, 'RFC 8252 §7.1'],
  ['native', 'intent://cb', /reversed domain/, 'RFC 8252 §7.1'],
  ['native', 'com.example.app:cb', /slash/, 'RFC 8252 §7.1'],
  ['native', 'COM.example.app:/cb', /normal form/, 'Q1'],
  // a redirect URI that brings its own answer
  ['web', 'https://app.example.test/cb?code=stolen', /parameter code/, 'RFC 6749 §4.1.2'],
  ['web', 'https://app.example.test/cb?a=b&%73tate=x', /parameter state/, 'RFC 6749 §4.1.2'],
  ['web', 'https://app.example.test/cb?iss=https://evil.test', /parameter iss/, 'RFC 9207 §2'],
  // size
  ['web', `https://app.example.test/${'a'.repeat(2048)}`, /2048/, 'Q2'],
]

describe('redirect URIs that may be registered (Q2)', () => {
  for (const [type, uri] of accepted)
    it(`${type}: ${uri}`, () => assert.equal(redirectUriProblem(uri, type), undefined))
})

describe('redirect URIs that may not', () => {
  for (const [type, uri, reason, reference] of refused)
    it(`${type}: ${JSON.stringify(uri).slice(0, 80)} (${reference})`, () =>
      assert.match(redirectUriProblem(uri, type) ?? 'accepted', reason))
})
