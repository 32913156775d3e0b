import type { Situation } from '#federation/saml/inbound/inbound.ts'
import { createSamlTestKey } from './saml-keys.ts'

/** Messages of a SAML identity provider, in parts that a test can leave out, repeat, or put where they do not belong. */
export const now = Date.parse('2026-11-21T12:00:00Z')
const minute = 60_000

export const idp = await createSamlTestKey()
export const nextIdp = await createSamlTestKey()
export const stranger = await createSamlTestKey()
export const ours = await createSamlTestKey()

const ids = {
  self: 'https://id.example/t/acme/federation/acme',
  peer: 'https://idp.example/metadata',
}

export const situation: Situation = {
  self: {
    entityId: `${ids.self}/metadata`,
    acs: `${ids.self}/acs`,
    slo: `${ids.self}/slo`,
    decryptionKeys: [ours.privateKey],
  },
  peer: { entityId: ids.peer, certificates: [idp.certificate], allowsUnsolicited: false },
  now,
  skew: minute,
}

/** An instant that many minutes from now, as it stands in messages. */
export function at(minutes: number): string {
  return new Date(now + minutes * minute).toISOString()
}

export const uris = {
  saml: 'urn:oasis:names:tc:SAML:2.0:assertion',
  samlp: 'urn:oasis:names:tc:SAML:2.0:protocol',
  success: 'urn:oasis:names:tc:SAML:2.0:status:Success',
  bearer: 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
  persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  password: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
}

/** ` name="value"` of everything that is not undefined. */
export function attributes(values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return given.map(([name, value]) => ` ${name}="${value}"`).join('')
}

type Values = Readonly<Record<string, string | undefined>>

export const issuer = `<saml:Issuer>${ids.peer}</saml:Issuer>`
export const nameId = `<saml:NameID Format="${uris.persistent}" SPNameQualifier="${situation.self.entityId}">ada-42</saml:NameID>`

export function confirmation(data: Values = {}, method = uris.bearer): string {
  const values = {
    NotOnOrAfter: at(5),
    Recipient: situation.self.acs,
    InResponseTo: '_request1',
    ...data,
  }
  return `<saml:SubjectConfirmation Method="${method}"><saml:SubjectConfirmationData${attributes(values)}/></saml:SubjectConfirmation>`
}

export function audience(...names: readonly string[]): string {
  const listed = names.map((name) => `<saml:Audience>${name}</saml:Audience>`).join('')
  return `<saml:AudienceRestriction>${listed}</saml:AudienceRestriction>`
}

export function conditions(
  values: Values = {},
  inside = audience(situation.self.entityId),
): string {
  const bounds = { NotBefore: at(-1), NotOnOrAfter: at(5), ...values }
  return `<saml:Conditions${attributes(bounds)}>${inside}</saml:Conditions>`
}

export function authnStatement(values: Values = {}): string {
  const own = {
    AuthnInstant: at(-1),
    SessionIndex: '_session1',
    SessionNotOnOrAfter: at(480),
    ...values,
  }
  return `<saml:AuthnStatement${attributes(own)}><saml:AuthnContext><saml:AuthnContextClassRef>${uris.password}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`
}

export function attribute(name: string, ...values: readonly string[]): string {
  const listed = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`)
  return `<saml:Attribute Name="${name}">${listed.join('')}</saml:Attribute>`
}

export type AssertionParts = {
  readonly values?: Values
  readonly issuer?: string
  readonly subject?: string
  readonly nameId?: string
  readonly confirmations?: string
  readonly conditions?: string
  readonly statements?: string
  readonly attributes?: string
}

export function assertion(parts: AssertionParts = {}): string {
  const values = { ID: '_assertion1', Version: '2.0', IssueInstant: at(0), ...parts.values }
  const subject =
    parts.subject ??
    `<saml:Subject>${parts.nameId ?? nameId}${parts.confirmations ?? confirmation()}</saml:Subject>`
  return [
    `<saml:Assertion xmlns:saml="${uris.saml}"${attributes(values)}>`,
    parts.issuer ?? issuer,
    subject,
    parts.conditions ?? conditions(),
    parts.statements ?? authnStatement(),
    `<saml:AttributeStatement>${parts.attributes ?? attribute('mail', 'ada@acme.test')}</saml:AttributeStatement>`,
    '</saml:Assertion>',
  ].join('')
}

export function status(code = uris.success, inside = ''): string {
  return `<samlp:Status><samlp:StatusCode Value="${code}">${inside}</samlp:StatusCode></samlp:Status>`
}

export type ResponseParts = {
  readonly values?: Values
  readonly issuer?: string
  readonly status?: string
}

export function response(inside: string, parts: ResponseParts = {}): string {
  const values = {
    ID: '_response1',
    Version: '2.0',
    IssueInstant: at(0),
    Destination: situation.self.acs,
    InResponseTo: '_request1',
    ...parts.values,
  }
  return `<samlp:Response xmlns:samlp="${uris.samlp}" xmlns:saml="${uris.saml}"${attributes(values)}>${parts.issuer ?? issuer}${parts.status ?? status()}${inside}</samlp:Response>`
}

export type LogoutParts = {
  readonly name?: 'LogoutRequest' | 'LogoutResponse'
  readonly values?: Values
  readonly issuer?: string
  readonly inside?: string
}

export function logoutRequest(parts: LogoutParts = {}): string {
  const inside = parts.inside ?? `${nameId}<samlp:SessionIndex>_session1</samlp:SessionIndex>`
  return logout({ NotOnOrAfter: at(5) }, { name: 'LogoutRequest', ...parts, inside })
}

export function logoutResponse(parts: LogoutParts = {}): string {
  const inside = parts.inside ?? status()
  return logout({ InResponseTo: '_logout1' }, { name: 'LogoutResponse', ...parts, inside })
}

function logout(own: Values, { name, values, issuer: by = issuer, inside }: LogoutParts): string {
  const all = {
    ID: '_message1',
    Version: '2.0',
    IssueInstant: at(0),
    Destination: situation.self.slo,
    ...own,
    ...values,
  }
  return `<samlp:${name} xmlns:samlp="${uris.samlp}" xmlns:saml="${uris.saml}"${attributes(all)}>${by}${inside}</samlp:${name}>`
}

/** As a form carries it. */
export function encode(xml: string): string {
  return Buffer.from(xml).toString('base64')
}
