import type { ForeignIdentity } from '../federation.ts'
import type { NameId, SamlAssertion } from './inbound/inbound.ts'
import { hintOf } from './logout/names.ts'

/**
 * The names under which people's data comes, by what sends it: AD FS and Entra ID, Google, Okta, SimpleSAMLphp, and LDAP by
 * OID (RFC 4524, eduPerson). What a connection maps by itself wins over these.
 */
const claimsNamespace = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/'
const microsoftClaims = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/'
const names = {
  email: ['email', 'mail', `${claimsNamespace}emailaddress`, 'urn:oid:0.9.2342.19200300.100.1.3'],
  name: [
    'name',
    'displayName',
    'cn',
    `${claimsNamespace}name`,
    'urn:oid:2.16.840.1.113730.3.1.241',
  ],
  given_name: [
    'given_name',
    'givenName',
    'firstName',
    `${claimsNamespace}givenname`,
    'urn:oid:2.5.4.42',
  ],
  family_name: [
    'family_name',
    'sn',
    'surname',
    'lastName',
    `${claimsNamespace}surname`,
    'urn:oid:2.5.4.4',
  ],
  locale: ['locale', 'preferredLanguage', 'urn:oid:2.16.840.1.113730.3.1.39'],
  groups: [
    'groups',
    'memberOf',
    'isMemberOf',
    `${microsoftClaims}groups`,
    'urn:oid:1.3.6.1.4.1.5923.1.5.1.1',
  ],
} as const

const emailFormat = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
const transientFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'

/**
 * Undefined for a name that is another one next time: nobody can be known again by it (SAML Core §8.3.8). `self`: the entity
 * id they know us by.
 */
export function foreignIdentity(
  assertion: SamlAssertion,
  self: string,
): ForeignIdentity | undefined {
  const { nameId, attributes } = assertion
  if (nameId.format === transientFormat) return undefined
  const first = (field: keyof typeof names) => valuesOf(attributes, names[field])?.[0]
  return {
    issuer: assertion.issuer,
    subject: subjectOf(nameId),
    email: first('email') ?? (nameId.format === emailFormat ? nameId.value : undefined),
    emailVerified: false, // who may assert which address is the connection's and its domains' (reference/federation.md §3.7)
    isMember: true, // a SAML connection is one organisation's own
    profile: {
      name: first('name'),
      given_name: first('given_name'),
      family_name: first('family_name'),
      locale: first('locale'),
    },
    groups: valuesOf(attributes, names.groups),
    attributes,
    authentication: {
      at: secondsOf(assertion.authnInstant),
      acr: assertion.authnContextClassRef,
      amr: [],
      until: assertion.sessionNotOnOrAfter && secondsOf(assertion.sessionNotOnOrAfter),
    },
    session: {
      index: assertion.sessionIndex,
      hint: hintOf({ peer: assertion.issuer, self, nameId }),
    },
  }
}

/** All four together, in one order: the same value in another format is somebody else (SAML Core §2.2.2). */
export function subjectOf({ value, format, nameQualifier, spNameQualifier }: NameId): string {
  return JSON.stringify([value, format ?? null, nameQualifier ?? null, spNameQualifier ?? null])
}

function valuesOf(
  attributes: SamlAssertion['attributes'],
  among: readonly string[],
): readonly string[] | undefined {
  const name = among.find((one) => attributes.has(one))
  return name === undefined ? undefined : attributes.get(name)
}

const secondsOf = (date: Date): number => Math.floor(date.getTime() / 1000)
