import type { KeyObject } from 'node:crypto'
import { randomToken } from '#kit/random.ts'
import type { DemoPerson, ServiceProvider } from './identity-provider.ts'
import { signElement } from './saml-signature.ts'

const saml = 'urn:oasis:names:tc:SAML:2.0:assertion'
const samlp = 'urn:oasis:names:tc:SAML:2.0:protocol'
const status = 'urn:oasis:names:tc:SAML:2.0:status:'

export type Answer = {
  readonly entityId: string
  readonly to: ServiceProvider
  /** Id of their request. */
  readonly inResponseTo: string
  /** Undefined: somebody turned back. */
  readonly person: DemoPerson | undefined
  readonly key: KeyObject
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** SAML Profiles §4.1.4.2, as the form field carries it. */
export function samlResponse(answer: Answer): string {
  const { entityId, to, inResponseTo, person, now } = answer
  const outcome = person
    ? `<samlp:StatusCode Value="${status}Success"/>`
    : `<samlp:StatusCode Value="${status}Responder"><samlp:StatusCode Value="${status}AuthnFailed"/></samlp:StatusCode>`
  const xml = [
    `<samlp:Response xmlns:samlp="${samlp}" Destination="${to.acs}" ID="${newId()}" InResponseTo="${inResponseTo}" IssueInstant="${instant(now)}" Version="2.0">`,
    `<saml:Issuer xmlns:saml="${saml}">${entityId}</saml:Issuer>`,
    `<samlp:Status>${outcome}</samlp:Status>`,
    person ? assertionOf(person, answer) : '',
    '</samlp:Response>',
  ]
  return Buffer.from(xml.join('')).toString('base64')
}

/** In its canonical form, see `signElement`. What it holds is of our own making and needs no escaping. */
function assertionOf(person: DemoPerson, { entityId, to, inResponseTo, key, now }: Answer): string {
  const [id, until] = [newId(), instant(now + 300_000)]
  const { id: subject, ...profile } = person
  const attributes = Object.entries(profile).map(
    ([name, value]) =>
      `<saml:Attribute Name="${name}"><saml:AttributeValue>${value}</saml:AttributeValue></saml:Attribute>`,
  )
  const element = [
    `<saml:Assertion xmlns:saml="${saml}" ID="${id}" IssueInstant="${instant(now)}" Version="2.0">`,
    `<saml:Issuer>${entityId}</saml:Issuer>`,
    `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">${subject}</saml:NameID>`,
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">',
    `<saml:SubjectConfirmationData InResponseTo="${inResponseTo}" NotOnOrAfter="${until}" Recipient="${to.acs}"></saml:SubjectConfirmationData>`,
    '</saml:SubjectConfirmation></saml:Subject>',
    `<saml:Conditions NotOnOrAfter="${until}"><saml:AudienceRestriction><saml:Audience>${to.entityId}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="${instant(now)}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`,
    `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement></saml:Assertion>`,
  ]
  return signElement(element.join(''), id, key)
}

const newId = (): string => `_${randomToken(20)}`
const instant = (now: number): string => new Date(now).toISOString()
