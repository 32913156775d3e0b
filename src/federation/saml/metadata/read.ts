import { readInstant } from '../instant.ts'
import { namespaces } from '../names.ts'
import {
  attributeOf,
  childrenOf,
  messageLimits,
  readXml,
  withoutComments,
  type XmlElement,
  type XmlLimits,
} from '../xml/xml.ts'
import { readSigningCertificates } from './certificates.ts'
import { displayNameOf, durationOf, nameIdFormatsOf } from './description.ts'
import { chooseEntity, type Chosen } from './entity.ts'
import { readEndpoints } from './endpoints.ts'
import { isRefused, refuse } from './refusal.ts'
import type { IdpMetadata, MetadataRefusal, MetadataResult, MetadataSource } from './vocabulary.ts'

const largest = 1024 * 1024
/** A federation's list of everybody is not what a connection is set up with: one of them is. */
const limits: XmlLimits = { ...messageLimits, elements: 20_000, attributes: 40_000 }

/**
 * Check 22: one identity provider of SAML 2.0 that is described today, with a key and an address to be used. What is wrong is
 * told in the order in which somebody would look for it.
 */
export function readIdpMetadata(source: MetadataSource): MetadataResult {
  const root = readRoot(source.xml)
  if (isRefused(root)) return root
  const chosen = chooseEntity(root, source.entityId)
  if (isRefused(chosen)) return chosen
  const role = findRole(chosen.entity)
  if (isRefused(role)) return role
  const within = [...chosen.path, role]
  const validUntil = readValidity(within, source.now)
  if (isRefused(validUntil)) return validUntil
  const idp = describe(chosen, role, source)
  if (isRefused(idp)) return idp
  return { kind: 'read', idp: { ...idp, validUntil, cacheDuration: shortest(within) } }
}

/** Checks 1 to 3. Comments go first: nothing of it is signed here, and administrators' products write them. */
function readRoot(xml: string): XmlElement | MetadataRefusal {
  if (xml.length > largest) return refuse('too_large', `${xml.length} characters`)
  const read = readXml(withoutComments(xml.replace(/^\ufeff/, '').trim()), limits)
  return read.kind === 'read' ? read.document.root : refuse(read.reason, read.detail)
}

/** SAML Metadata §2.4.3: as an identity provider, and of this version. */
function findRole(entity: XmlElement): XmlElement | MetadataRefusal {
  const roles = childrenOf(entity, namespaces.metadata, 'IDPSSODescriptor')
  if (roles.length === 0) return refuse('not_an_identity_provider', 'no IDPSSODescriptor')
  const role = roles.find((one) =>
    attributeOf(one, 'protocolSupportEnumeration')?.split(/\s+/).includes(namespaces.protocol),
  )
  return role ?? refuse('protocol_unsupported', 'not SAML 2.0')
}

/** The earliest of what it stands in: a list that is over describes nobody (SAML Metadata §2.3.1). */
function readValidity(
  within: readonly XmlElement[],
  now: number,
): Date | undefined | MetadataRefusal {
  const texts = within.flatMap((element) => attributeOf(element, 'validUntil') ?? [])
  const instants = texts.map(readInstant)
  const unreadable = texts.find((_, index) => instants[index] === undefined)
  if (unreadable !== undefined) return refuse('expired', `validUntil ${unreadable}`)
  const earliest = Math.min(...instants.flatMap((instant) => instant ?? []))
  if (!Number.isFinite(earliest)) return undefined
  return earliest > now ? new Date(earliest) : refuse('expired', `validUntil ${texts.join(' ')}`)
}

function shortest(within: readonly XmlElement[]): number | undefined {
  const durations = within.flatMap(
    (element) => durationOf(attributeOf(element, 'cacheDuration')) ?? [],
  )
  return durations.length === 0 ? undefined : Math.min(...durations)
}

function describe(
  { entity, entityId }: Chosen,
  role: XmlElement,
  source: MetadataSource,
): Omit<IdpMetadata, 'validUntil' | 'cacheDuration'> | MetadataRefusal {
  const keys = readSigningCertificates(role, source.now)
  if (isRefused(keys)) return keys
  const ssoEndpoints = readEndpoints(role, 'SingleSignOnService', source)
  if (isRefused(ssoEndpoints)) return ssoEndpoints
  if (ssoEndpoints.length === 0)
    return refuse('endpoint_missing', 'no SingleSignOnService we can use')
  const sloEndpoints = readEndpoints(role, 'SingleLogoutService', source)
  if (isRefused(sloEndpoints)) return sloEndpoints
  return {
    entityId,
    displayName: displayNameOf(entity, role),
    ssoEndpoints,
    sloEndpoints,
    signingCertificates: keys.certificates,
    nameIdFormats: nameIdFormatsOf(role),
    wantsSignedRequests: /^(?:true|1)$/.test(attributeOf(role, 'WantAuthnRequestsSigned') ?? ''),
    warnings: keys.warnings,
  }
}
