import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { assertion, encode, nameId, response, situation } from '#test/support/saml-messages.ts'
import { refuses, signedWith, swap } from '#test/support/saml-refusals.ts'
import { sign } from '#test/support/saml-signing.ts'
import { readResponse } from './inbound.ts'

const signed = signedWith()
const inNameId = (text: string) => () => swap(signed, '>ada-42<', `>${text}<`)
const withDoctype = (subset: string) => () => `<!DOCTYPE samlp:Response ${subset}>${signed}`
const inRoot = (attribute: string) => () =>
  swap(signed, '<samlp:Response', `<samlp:Response ${attribute}`)
const inside = (xml: string) => () =>
  swap(signed, '<samlp:Status>', `<samlp:Extensions>${xml}</samlp:Extensions><samlp:Status>`)
const many = (count: number, one: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => one(index)).join('')

/** Written as the bytes of some encoding, behind a declaration of it. */
const inUtf16 = Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${signed}`, 'utf16le')

describe('what is no text (check 1)', () => {
  refuses([
    ['compressed octets at the ACS', 'not_utf8', () => deflateRawSync(signed)],
    ['UTF-16', 'not_utf8', () => inUtf16],
    [
      'a broken octet of UTF-8',
      'not_utf8',
      () => Buffer.concat([Buffer.from(signed), Buffer.from([0xff])]),
    ],
    [
      'an overlong form of UTF-8',
      'not_utf8',
      () => Buffer.concat([Buffer.from([0xc0, 0xbc]), Buffer.from(signed)]),
    ],
    ['more than 256 KiB', 'too_large', () => signed + ' '.repeat(256 * 1024)],
    ['far more, before it is decoded', 'too_large', () => ' '.repeat(400 * 1024)],
    ['nothing', 'not_base64', () => ''],
  ])
})

describe('markup that no message needs (check 2)', () => {
  refuses([
    ['a bare DOCTYPE', 'markup_forbidden', withDoctype('')],
    ['an external subset', 'markup_forbidden', withDoctype('SYSTEM "https://evil.example/x.dtd"')],
    [
      'a parameter entity',
      'markup_forbidden',
      withDoctype('[<!ENTITY % x SYSTEM "https://evil.example/x"> %x;]'),
    ],
    [
      'a file by an entity (XXE)',
      'markup_forbidden',
      () => swap(withDoctype('[<!ENTITY x SYSTEM "file:///etc/passwd">]')(), '>ada-42<', '>&x;<'),
    ],
    [
      'entities of entities',
      'markup_forbidden',
      withDoctype('[<!ENTITY a "aa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]'),
    ],
    [
      'attributes by declaration (CVE-2025-25291)',
      'markup_forbidden',
      withDoctype('[<!ATTLIST saml:Assertion ID CDATA "_evil">]'),
    ],
    ['a comment in a NameID', 'markup_forbidden', inNameId('admin<!-- -->.evil')],
    [
      'a comment in an attribute value',
      'markup_forbidden',
      () => swap(signed, 'ada@acme.test', 'ada@acme.test<!-- -->.evil.example'),
    ],
    ['CDATA in a NameID', 'markup_forbidden', inNameId('<![CDATA[admin]]>')],
    ['a processing instruction in a NameID', 'markup_forbidden', inNameId('ad<?x y?>min')],
    [
      'two XML declarations',
      'markup_forbidden',
      () => `<?xml version="1.0"?><?xml version="1.0"?>${signed}`,
    ],
    [
      'a declaration of another encoding',
      'markup_forbidden',
      () => `<?xml version="1.0" encoding="UTF-7"?>${signed}`,
    ],
    ['XML 1.1', 'markup_forbidden', () => `<?xml version="1.1"?>${signed}`],
    ['an entity that nobody declared', 'not_well_formed', inNameId('ada&nbsp;')],
    ['a bare ampersand', 'not_well_formed', inNameId('a & b')],
    [
      'a character reference that two parsers read differently',
      'not_well_formed',
      inNameId('&#12x4;'),
    ],
    [']]> in text', 'not_well_formed', inNameId('a]]>b')],
    ['NUL', 'control_character', inNameId('ada\0')],
    ['NUL by reference', 'control_character', inNameId('ada&#0;')],
    [
      'a control character by reference, in an attribute',
      'control_character',
      inRoot('Consent="&#x1;"'),
    ],
    ['a surrogate by reference', 'control_character', inNameId('&#xD800;')],
    ['a character beyond Unicode', 'control_character', inNameId('&#x110000;')],
  ])
})

describe('XML that is none (check 3)', () => {
  refuses([
    ['a quote within a value (CVE-2025-25292)', 'not_well_formed', inRoot('Consent="a"b"')],
    ['a < within a value', 'not_well_formed', inRoot('Consent="<x"')],
    ['a value without quotes', 'not_well_formed', inRoot('Consent=a')],
    ['an attribute without value', 'not_well_formed', inRoot('Consent')],
    ['no space between attributes', 'not_well_formed', inRoot('Consent="a"Other="b"')],
    ['an attribute twice', 'not_well_formed', inRoot('ID="_evil"')],
    [
      'an attribute twice by two prefixes',
      'not_well_formed',
      inRoot('xmlns:x="urn:x" xmlns:y="urn:x" x:a="1" y:a="2"'),
    ],
    ['an attribute called like a method', 'not_well_formed', inRoot('hasOwnProperty="1"')],
    ['two roots', 'not_well_formed', () => signed + signed],
    ['text behind the root', 'not_well_formed', () => `${signed}x`],
    [
      'an end tag of another case',
      'not_well_formed',
      () => swap(signed, '</samlp:Response>', '</samlp:response>'),
    ],
    [
      'an end tag with something in it',
      'not_well_formed',
      () => swap(signed, '</samlp:Response>', '</samlp:Response x="1">'),
    ],
    ['no end', 'not_well_formed', () => signed.slice(0, -3)],
    ['plain text', 'not_well_formed', () => 'hello'],
    ['HTML', 'markup_forbidden', () => '<!doctype html><p>hello'],
  ])
})

describe('names that mean two things (check 3)', () => {
  const assertions = 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
  refuses([
    ['a prefix that nobody declared', 'namespace_invalid', inside('<x:a/>')],
    ['a prefix that JavaScript declared', 'namespace_invalid', inside('<constructor:a/>')],
    ['so of an attribute', 'namespace_invalid', inRoot('toString:a="1"')],
    ['an element without namespace', 'namespace_invalid', inside('<a/>')],
    ['a default namespace taken back', 'namespace_invalid', inside('<a xmlns=""/>')],
    [
      'a quote in a namespace (xml-crypto writes it as it is)',
      'namespace_invalid',
      () => swap(signed, assertions, `xmlns:q="a&quot; b=&quot;" ${assertions}`),
    ],
    ['a < in a namespace', 'namespace_invalid', inside('<a xmlns="urn:&lt;x>"/>')],
    ['an ampersand in a namespace', 'namespace_invalid', inside('<a xmlns="urn:x&amp;y"/>')],
    ['xml bound to something else', 'namespace_invalid', inRoot('xmlns:xml="urn:x"')],
    [
      'another prefix bound to what is xml’s',
      'namespace_invalid',
      inRoot('xmlns:x="http://www.w3.org/XML/1998/namespace"'),
    ],
    [
      'an attribute that is left out of the canonical form',
      'namespace_invalid',
      inRoot('xmlnsEvil="1"'),
    ],
    ['an id twice', 'id_invalid', inside('<a xmlns="urn:x" Id="_response1"/>')],
    ['an id that is no name', 'id_invalid', inside('<a xmlns="urn:x" id="a b"/>')],
    [
      'an id with a quote',
      'id_invalid',
      () => sign(response(swap(assertion(), '"_assertion1"', '"_a&quot;"')), '_response1'),
    ],
  ])
})

describe('more than anybody sends (check 3), before it is parsed', () => {
  refuses([
    ['2501 elements', 'too_complex', inside(many(2501, () => '<a xmlns="urn:x"/>'))],
    [
      '40 levels below the root',
      'too_complex',
      inside(`${'<a xmlns="urn:x">'.repeat(40)}${'</a>'.repeat(40)}`),
    ],
    ['65 attributes of one element', 'too_complex', inRoot(many(65, (index) => `a${index}="1" `))],
    [
      '5001 attributes',
      'too_complex',
      inside(many(200, () => `<a xmlns="urn:x" ${many(45, (index) => `a${index}="1" `)}/>`)),
    ],
    [
      '257 names: the parser looks for the end of each from the end',
      'too_complex',
      inside(many(257, (index) => `<a${index} xmlns="urn:x"></a${index}>`)),
    ],
    ['a tag of white space only', 'not_well_formed', () => `<a${' '.repeat(200_000)}`],
    ['nothing but <', 'not_well_formed', () => '<'.repeat(200_000)],
    ['attributes without an end', 'not_well_formed', () => `<a ${'b="1" '.repeat(40_000)}<`],
  ])
})

describe('base64 (check 1)', () => {
  const loose = [
    [
      'of URLs',
      encode(`${signed}~~~`).replaceAll('+', '-').replaceAll('/', '_').replace(/^./, '-'),
    ],
    ['padded too much', `${encode(nameId)}=`],
    ['with something behind', `${encode(signed)}!`],
    ['with padding inside', `PA==${encode(signed)}`],
    ['still escaped', '%50A'],
    ['cut off', 'PAA'],
  ] as const
  for (const [what, encoded] of loose)
    it(`refuses it ${what}`, () => {
      const read = readResponse({ ...situation, encoded })
      assert.ok(read.kind === 'refused')
      assert.equal(read.reason, 'not_base64')
    })
})
