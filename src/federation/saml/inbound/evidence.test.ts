import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertion, idp, response, situation } from '#test/support/saml-messages.ts'
import { sign } from '#test/support/saml-signing.ts'
import type { XmlDocument, XmlElement } from '../xml/xml.ts'
import { readDocument } from './document.ts'
import { findEvidence } from './evidence.ts'
import { readNameId } from './name-id.ts'
import { isRefused } from './reasons.ts'
import { verifySignature } from './signature.ts'

/** A document as a parser would give it that reads something else than what was signed (CVE-2025-25291, CVE-2025-25292). */
describe('a tree that differs from the octets it came from (check 9)', () => {
  for (const id of ['_assertion1', '_response1'])
    it(`is not read once ${id} is verified`, () => {
      const evidence = findEvidence(misread(sign(response(assertion()), id)), situation)
      assert.ok(!isRefused(evidence), JSON.stringify(evidence))
      const subject = evidence.assertion.children.find(({ name }) => name === 'Subject')
      assert.ok(subject)
      assert.equal(readNameId(subject).value, 'ada-42')
    })

  it('is refused when another element was signed than the one that is read', () => {
    const { root, text } = readOrFail(sign(response(assertion()), '_assertion1'))
    const signed = root.children.find(({ name }) => name === 'Assertion')
    const signature = signed?.children[1]
    assert.ok(signed && signature)
    const place = { signed: { ...signed, name: 'Response' }, signature }
    const verified = verifySignature(text, place, [idp.publicKey])
    assert.ok(isRefused(verified))
    assert.equal(verified.reason, 'signature_invalid')
    assert.ok(!isRefused(verifySignature(text, { signed, signature }, [idp.publicKey])))
  })
})

function misread(xml: string): XmlDocument {
  const { root, text } = readOrFail(xml)
  return { root: replaceText(root, 'ada-42', 'admin'), text }
}

function replaceText(element: XmlElement, from: string, to: string): XmlElement {
  const children = element.children.map((child) => replaceText(child, from, to))
  return { ...element, children, text: element.text.replace(from, to) }
}

function readOrFail(xml: string): XmlDocument {
  const document = readDocument(xml)
  assert.ok(!isRefused(document))
  return document
}
