import { entityFormat, namespaces, statuses } from '../names.ts'
import { attributeOf, childrenOf, isElement, plainTextOf, type XmlElement } from '../xml/xml.ts'
import { isRecent } from './instant.ts'
import { refuse, type SamlRefusal } from './reasons.ts'
import type { MessageScene } from './scene.ts'

/** Check 10. */
export const messageRules: readonly ((scene: MessageScene) => SamlRefusal | undefined)[] = [
  hasId,
  isOfThisVersion,
  isOfThisHour,
  isAddressedHere,
  isFromThePeer,
]

function hasId({ message }: MessageScene): SamlRefusal | undefined {
  return attributeOf(message, 'ID') ? undefined : refuse('id_invalid', 'a message without ID')
}

function isOfThisVersion({ message }: MessageScene): SamlRefusal | undefined {
  const version = attributeOf(message, 'Version')
  return version === '2.0' ? undefined : refuse('version_unsupported', `Version ${version}`)
}

function isOfThisHour(scene: MessageScene): SamlRefusal | undefined {
  return isRecent(attributeOf(scene.message, 'IssueInstant'), scene, 'stale')
}

/** SAML Bindings §3.5.5.2: what is signed must say where it goes, or it could be brought elsewhere. Byte for byte. */
function isAddressedHere({ message, isSigned, address }: MessageScene): SamlRefusal | undefined {
  const destination = attributeOf(message, 'Destination')
  const isHere = destination === undefined ? !isSigned : destination === address
  return isHere ? undefined : refuse('destination_wrong', `Destination ${destination}`)
}

/** Of another identity provider is of nobody: mix-up, or a message of another tenant's. */
function isFromThePeer({ message, isSigned, peer }: MessageScene): SamlRefusal | undefined {
  const issuers = childrenOf(message, namespaces.assertion, 'Issuer')
  const [issuer, second] = issuers
  if (!issuer && !isSigned) return undefined
  if (issuer && !second && isIssuer(issuer, peer.entityId)) return undefined
  return refuse('issuer_wrong', `Issuer ${issuers.map(({ text }) => text).join(' ')}`)
}

/** SAML Core §8.3.6: an entity, without qualifiers. */
export function isIssuer(issuer: XmlElement, entityId: string): boolean {
  const format = attributeOf(issuer, 'Format') ?? entityFormat
  return format === entityFormat && plainTextOf(issuer) === entityId
}

/** Status codes from the top down; empty when there is no one status (SAML Core §3.2.2). */
export function statusCodesOf(message: XmlElement): readonly string[] {
  const [status, second] = childrenOf(message, namespaces.protocol, 'Status')
  return status && !second ? codesIn(status) : []
}

function codesIn(parent: XmlElement): readonly string[] {
  const codes = parent.children.filter((child) =>
    isElement(child, namespaces.protocol, 'StatusCode'),
  )
  const [code, second] = codes
  if (!code || second) return []
  return [attributeOf(code, 'Value') ?? '', ...codesIn(code)]
}

/** Check 10: their own refusal is told before anything else is looked for, since nothing else is in it. */
export function isSuccess(message: XmlElement): SamlRefusal | undefined {
  const codes = statusCodesOf(message)
  if (codes[0] === statuses.success) return undefined
  const said = childrenOf(message, namespaces.protocol, 'Status').flatMap(({ children }) =>
    children.filter(({ name }) => name === 'StatusMessage').map(({ text }) => text),
  )
  return refuse('status_not_success', [...codes, ...said].join(' '))
}
