import { readInstant } from '../instant.ts'
import { namespaces } from '../names.ts'
import { attributeOf, childrenOf, isElement, plainTextOf, type XmlElement } from '../xml/xml.ts'
import { confirmsTheBearer } from './confirmation.ts'
import { isBefore, isFrom, isRecent } from './instant.ts'
import { isIssuer } from './message-rules.ts'
import { nameIdProblem } from './name-id.ts'
import { firstRefusal, refuse, type SamlRefusal } from './reasons.ts'
import type { AssertionScene } from './scene.ts'

/** Checks 11 to 14, in the order of SAML Profiles §4.1.4.2. */
export const assertionRules: readonly ((scene: AssertionScene) => SamlRefusal | undefined)[] = [
  hasId,
  isOfThisVersion,
  isOfThisHour,
  isIssuedByThePeer,
  namesOneSubject,
  holdsNow,
  isForUs,
  confirmsTheBearer,
  tellsOfASignIn,
]

/** Without one its second use would not be noticed (check 16). */
function hasId({ assertion }: AssertionScene): SamlRefusal | undefined {
  return attributeOf(assertion, 'ID') ? undefined : refuse('id_invalid', 'an assertion without ID')
}

function isOfThisVersion({ assertion }: AssertionScene): SamlRefusal | undefined {
  const version = attributeOf(assertion, 'Version')
  return version === '2.0' ? undefined : refuse('assertion_version', `Version ${version}`)
}

function isOfThisHour(scene: AssertionScene): SamlRefusal | undefined {
  return isRecent(attributeOf(scene.assertion, 'IssueInstant'), scene, 'assertion_stale')
}

/** Check 11. */
function isIssuedByThePeer({ assertion, peer }: AssertionScene): SamlRefusal | undefined {
  const [issuer, second] = childrenOf(assertion, namespaces.assertion, 'Issuer')
  if (issuer && !second && isIssuer(issuer, peer.entityId)) return undefined
  return refuse('assertion_issuer', `Issuer ${issuer?.text}`)
}

/** Check 11. */
function namesOneSubject({ assertion }: AssertionScene): SamlRefusal | undefined {
  const [subject, second] = childrenOf(assertion, namespaces.assertion, 'Subject')
  if (!subject || second) return refuse('name_id_invalid', 'not one Subject')
  return nameIdProblem(subject)
}

const knownConditions = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']

/** Check 12: one Conditions, of which each is understood (SAML Core §2.5.1: what is not understood is not valid). */
function holdsNow(scene: AssertionScene): SamlRefusal | undefined {
  const [conditions, second] = childrenOf(scene.assertion, namespaces.assertion, 'Conditions')
  if (!conditions || second) return refuse('conditions_missing', 'not one Conditions')
  const unknown = conditions.children.find(
    ({ namespace, name }) => namespace !== namespaces.assertion || !knownConditions.includes(name),
  )
  if (unknown) return refuse('condition_unknown', `{${unknown.namespace}}${unknown.name}`)
  const notBefore = attributeOf(conditions, 'NotBefore')
  const notOnOrAfter = attributeOf(conditions, 'NotOnOrAfter')
  if (notBefore !== undefined && !isFrom(notBefore, scene))
    return refuse('not_yet_valid', `NotBefore ${notBefore}`)
  if (notOnOrAfter !== undefined && !isBefore(notOnOrAfter, scene))
    return refuse('expired', `NotOnOrAfter ${notOnOrAfter}`)
  return undefined
}

/** Check 12: every restriction must name us (SAML Core §2.5.1.4: each is a condition of its own). Byte for byte. */
function isForUs({ assertion, self }: AssertionScene): SamlRefusal | undefined {
  const restrictions = childrenOf(assertion, namespaces.assertion, 'Conditions')
    .flatMap(({ children }) => children)
    .filter((child) => isElement(child, namespaces.assertion, 'AudienceRestriction'))
  if (restrictions.length === 0) return refuse('audience_missing', 'no AudienceRestriction')
  const audiences = restrictions.map((restriction) =>
    childrenOf(restriction, namespaces.assertion, 'Audience').map(plainTextOf),
  )
  return audiences.every((names) => names.includes(self.entityId))
    ? undefined
    : refuse('audience_wrong', audiences.flat().join(' '))
}

/** Check 14. */
function tellsOfASignIn(scene: AssertionScene): SamlRefusal | undefined {
  const statements = childrenOf(scene.assertion, namespaces.assertion, 'AuthnStatement')
  if (statements.length === 0) return refuse('authn_statement_missing', 'no AuthnStatement')
  return firstRefusal(
    scene,
    statements.map((statement) => (scene: AssertionScene) => signInProblem(statement, scene)),
  )
}

function signInProblem(statement: XmlElement, scene: AssertionScene): SamlRefusal | undefined {
  const at = attributeOf(statement, 'AuthnInstant')
  if (readInstant(at) === undefined || !isFrom(at, scene))
    return refuse('authn_instant_invalid', `AuthnInstant ${at}`)
  const until = attributeOf(statement, 'SessionNotOnOrAfter')
  if (until !== undefined && !isBefore(until, scene))
    return refuse('session_expired', `SessionNotOnOrAfter ${until}`)
  return undefined
}
