import assert from 'node:assert/strict'
import { createVerify, X509Certificate } from 'node:crypto'
import { before, describe, it } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import { SignedXml } from 'xml-crypto'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { brandId } from '#kit/ids.ts'
import type { ConnectionId } from '#kit/ids.ts'
import { createSamlKeyPair } from './key-pair.ts'
import { createSamlOutbound } from './outbound.ts'
import { newMessageId, samlSelf } from './saml.ts'
import type { SamlDestination, SamlKeyPair, SamlSent } from './saml.ts'

const clock = createFakeClock()
const self = samlSelf({ issuer: 'https://id.example/t/acme' }, brandId<ConnectionId>('acme'))
const outbound = createSamlOutbound({ clock })
const relayState = 'k3y'

const redirecting: SamlDestination = {
  entityId: 'https://idp.example/metadata',
  ssoEndpoints: [
    { binding: 'post', url: 'https://idp.example/sso-post' },
    { binding: 'redirect', url: 'https://idp.example/sso?realm=1' },
  ],
  sloEndpoints: [
    {
      binding: 'redirect',
      url: 'https://idp.example/slo',
      responseUrl: 'https://idp.example/slo-answer',
    },
  ],
}
const posting: SamlDestination = {
  entityId: 'https://idp.example/metadata',
  ssoEndpoints: [{ binding: 'post', url: 'https://idp.example/sso-post' }],
  sloEndpoints: [{ binding: 'post', url: 'https://idp.example/slo-post' }],
}
const mute: SamlDestination = { ...posting, ssoEndpoints: [], sloEndpoints: [] }

describe('what leaves for a SAML identity provider', () => {
  let keys: SamlKeyPair
  before(async () => {
    keys = await createSamlKeyPair('acme', clock)
  })

  const id = newMessageId()
  const authn = { id, relayState, anew: false, nameIdFormat: undefined }
  const nameId = { value: 'ada {ID} <&"\'>', format: 'urn:x', spNameQualifier: 'urn:sp' }

  it('is an AuthnRequest by redirect, signed over the octets (SAML Bindings §3.4.4.1)', async () => {
    const sent = await outbound.authnRequest({ self, keys, peer: redirecting, ...authn })
    const { xml, query } = redirected(sent, 'SAMLRequest', keys)
    assert.equal(query.get('realm'), '1')
    assert.equal(query.get('RelayState'), relayState)
    assert.match(xml, new RegExp(` ID="${id}"`))
    assert.match(xml, / Destination="https:\/\/idp\.example\/sso\?realm=1"/)
    assert.match(xml, / AssertionConsumerServiceURL="[^"]+\/t\/acme\/federation\/acme\/acs"/)
    assert.match(xml, new RegExp(` IssueInstant="${new Date(clock.now()).toISOString()}"`))
    assert.doesNotMatch(xml, /ForceAuthn|Format=|\{/)
  })

  it('asks them to prove it anew, and for the kind of name that is wanted', async () => {
    const anew = { id, relayState, anew: true, nameIdFormat: 'urn:format' }
    const sent = await outbound.authnRequest({ self, keys, peer: redirecting, ...anew })
    const { xml } = redirected(sent, 'SAMLRequest', keys)
    assert.match(xml, / ForceAuthn="true"/)
    assert.match(xml, /<samlp:NameIDPolicy Format="urn:format" AllowCreate="true"\/>/)
  })

  it('is a form where they take nothing else, signed inside', async () => {
    const sent = await outbound.authnRequest({ self, keys, peer: posting, ...authn })
    assert.ok(sent?.kind === 'form')
    assert.equal(sent.action, 'https://idp.example/sso-post')
    assert.equal(sent.fields['RelayState'], relayState)
    const xml = Buffer.from(sent.fields['SAMLRequest'] ?? '', 'base64').toString()
    assert.match(signedPart(xml, keys), new RegExp(`ID="${id}"`))
  })

  it('has an id nobody guesses, each time another', () => {
    const ids = Array.from({ length: 3 }, newMessageId)
    assert.equal(new Set(ids).size, 3)
    for (const one of ids) assert.match(one, /^_[\w-]{27}$/) // an NCName
  })

  it('is a LogoutRequest that names the very person, whatever stands in the name', async () => {
    const about = { id, relayState, nameId, sessionIndex: 's1' }
    for (const peer of [redirecting, posting]) {
      const sent = await outbound.logoutRequest({ self, keys, peer, ...about })
      const xml = peer === posting ? posted(sent, keys) : redirected(sent, 'SAMLRequest', keys).xml
      assert.match(
        xml,
        /<saml:NameID [^>]*Format="urn:x" SPNameQualifier="urn:sp">ada \{ID\} &lt;&amp;/,
      )
      assert.match(xml, /<samlp:SessionIndex>s1<\/samlp:SessionIndex>/)
    }
    const all = { ...about, sessionIndex: undefined }
    const sent = await outbound.logoutRequest({ self, keys, peer: redirecting, ...all })
    assert.doesNotMatch(redirected(sent, 'SAMLRequest', keys).xml, /SessionIndex/)
  })

  it('is an answer to a logout, to the address for answers (SAML Metadata §2.2.2)', async () => {
    const answer = { inResponseTo: '_theirs', relayState: 'as it came', outcome: 'done' } as const
    const sent = await outbound.logoutResponse({ self, keys, peer: redirecting, ...answer })
    const { xml, address, query } = redirected(sent, 'SAMLResponse', keys)
    assert.equal(address, 'https://idp.example/slo-answer')
    assert.equal(query.get('RelayState'), 'as it came')
    assert.match(xml, / InResponseTo="_theirs"/)
    assert.match(xml, /status:Success/)
    const failed = { ...answer, relayState: undefined, outcome: 'failed' } as const
    const other = await outbound.logoutResponse({ self, keys, peer: posting, ...failed })
    assert.match(posted(other, keys), /status:Responder/)
  })

  it('is nothing where they take nothing', async () => {
    const none = { self, keys, peer: mute, id, relayState }
    assert.equal(await outbound.authnRequest({ ...none, ...authn }), undefined)
    assert.equal(await outbound.logoutRequest({ ...none, nameId, sessionIndex: 's' }), undefined)
    const answer = { inResponseTo: '_a', outcome: 'done' } as const
    assert.equal(await outbound.logoutResponse({ ...none, ...answer }), undefined)
  })

  it('is metadata with our key and addresses, in the order of the schema', async () => {
    const about = { nameIdFormat: 'urn:format' }
    const xml = await outbound.metadata({ self, keys, ...about })
    const order = [
      'KeyDescriptor',
      'SingleLogoutService',
      'NameIDFormat',
      'AssertionConsumerService',
    ]
    const found = order.map((name) => xml.indexOf(`<${name}`))
    assert.deepEqual(
      found,
      found.toSorted((a, b) => a - b),
    )
    assert.ok(found.every((place) => place > 0))
    assert.match(xml, / entityID="https:\/\/id\.example\/t\/acme\/federation\/acme\/metadata"/)
    assert.match(xml, / AuthnRequestsSigned="true" WantAssertionsSigned="true"/)
    const der = new X509Certificate(keys.certificate).raw.toString('base64')
    assert.equal(xml.split(der).length, 3) // to verify with, to encrypt for
    const slo = [...xml.matchAll(/<SingleLogoutService [^>]*Location="([^"]+)"/g)]
    assert.deepEqual(
      slo.map(([, location]) => location),
      [self.slo, self.slo],
    )
  })
})

function redirected(sent: SamlSent | undefined, name: string, keys: SamlKeyPair) {
  assert.ok(sent?.kind === 'redirect')
  const url = new URL(sent.url)
  const octets = url.search.slice(url.search.indexOf(`${name}=`)).replace(/&Signature=.*$/, '')
  const verifier = createVerify('RSA-SHA256').update(octets)
  const signature = url.searchParams.get('Signature') ?? ''
  assert.ok(verifier.verify(keys.certificate, signature, 'base64'))
  const message = Buffer.from(url.searchParams.get(name) ?? '', 'base64')
  return {
    xml: inflateRawSync(message).toString(),
    query: url.searchParams,
    address: url.origin + url.pathname,
  }
}

function posted(sent: SamlSent | undefined, keys: SamlKeyPair): string {
  assert.ok(sent?.kind === 'form')
  const { SAMLRequest, SAMLResponse } = sent.fields
  return signedPart(Buffer.from(SAMLRequest ?? SAMLResponse ?? '', 'base64').toString(), keys)
}

function signedPart(xml: string, keys: SamlKeyPair): string {
  const signature = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(xml)?.[0] ?? ''
  assert.match(signature, /2001\/04\/xmldsig-more#rsa-sha256/)
  assert.match(signature, /2001\/04\/xmlenc#sha256/)
  const verifier = new SignedXml({ publicCert: keys.certificate, getCertFromKeyInfo: () => null })
  verifier.loadSignature(signature)
  assert.ok(verifier.checkSignature(xml))
  return verifier.getSignedReferences()[0] ?? ''
}
