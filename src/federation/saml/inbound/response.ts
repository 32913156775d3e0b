import { readInstant } from '../instant.ts'
import { namespaces } from '../names.ts'
import { attributeOf, childrenOf, plainTextOf, type XmlElement } from '../xml/xml.ts'
import { assertionRules } from './assertion-rules.ts'
import { readAttributes } from './attributes.ts'
import { keepUnclaimed } from './claim.ts'
import { readDocument } from './document.ts'
import { findEvidence, type Evidence } from './evidence.ts'
import { decodePosted } from './intake.ts'
import { isSuccess, messageRules } from './message-rules.ts'
import { readNameId } from './name-id.ts'
import { onceOf } from './once.ts'
import { firstRefusal, isRefused, refuse, type SamlRefusal } from './reasons.ts'
import { isMessage } from './structure.ts'
import type { ReadResponse, SamlAssertion, Situation } from './vocabulary.ts'

/**
 * From what a browser posted to the ACS to an assertion that may be claimed; each line is one layer, and none relies on
 * another (reference/federation.md §2.2; the order of SAML Profiles §4.1.4.3).
 *
 *     1      decodePosted    base64, size, UTF-8
 *     2, 3   readDocument    XML that has one reading, of a bounded size
 *     4      isMessage       a Response, with exactly one assertion and no other message inside
 *     5-9    findEvidence    every signature holds, by a key of the connection; only signed octets are read from here on
 *     18                     what was encrypted, and checks 2 to 9 for it
 *     10     messageRules    the message is for here and now
 *     11-14  assertionRules  the assertion is about somebody, for us, now, and for who brings it
 *     17     readAttributes  what else it says
 *     15     claimAssertion  somebody asked for it: once the browser is known
 *     16     onceOf          for the caller to remember
 */
export const readResponse: ReadResponse = ({ encoded, ...situation }) => {
  const text = decodePosted(encoded)
  if (isRefused(text)) return text
  const document = readDocument(text)
  if (isRefused(document)) return document
  const refused = isMessage(document.root, 'Response') ?? isSuccess(document.root)
  if (refused) return refused
  const evidence = findEvidence(document, situation)
  if (isRefused(evidence)) return evidence
  const broken = brokenRule(evidence, situation)
  if (broken) return broken
  const assertion = tell(evidence)
  if (isRefused(assertion)) return assertion
  return {
    kind: 'arrived',
    assertion: keepUnclaimed(assertion),
    inResponseTo: assertion.inResponseTo,
    once: onceOf(evidence.assertion, situation),
  }
}

function brokenRule(evidence: Evidence, situation: Situation): SamlRefusal | undefined {
  const { response: message, isResponseSigned: isSigned, assertion } = evidence
  const inResponseTo = attributeOf(message, 'InResponseTo')
  const address = situation.self.acs
  return (
    firstRefusal({ ...situation, message, isSigned, address }, messageRules) ??
    isSuccess(message) ??
    firstRefusal({ ...situation, assertion, inResponseTo }, assertionRules) ??
    isWanted(inResponseTo, situation)
  )
}

/** Check 15, as far as it is known without the browser. */
function isWanted(inResponseTo: string | undefined, { peer }: Situation): SamlRefusal | undefined {
  const isPossible = inResponseTo === undefined ? peer.allowsUnsolicited : inResponseTo !== ''
  return isPossible ? undefined : refuse('unsolicited', 'no InResponseTo')
}

/** Everything below was found to be there by the rules. */
function tell({ response, assertion, facts }: Evidence): SamlAssertion | SamlRefusal {
  const attributes = readAttributes(assertion)
  if (isRefused(attributes)) return attributes
  const { assertion: saml } = namespaces
  const [issuer] = childrenOf(assertion, saml, 'Issuer')
  const [subject] = childrenOf(assertion, saml, 'Subject')
  const statements = childrenOf(assertion, saml, 'AuthnStatement')
  const [statement] = statements
  if (!issuer || !subject || !statement) throw new Error('Checked assertion without its parts')
  return {
    id: attributeOf(assertion, 'ID') ?? '',
    responseId: attributeOf(response, 'ID') ?? '',
    inResponseTo: attributeOf(response, 'InResponseTo'),
    issuer: issuer.text,
    nameId: readNameId(subject),
    sessionIndex: attributeOf(statement, 'SessionIndex'),
    sessionNotOnOrAfter: earliest(statements, 'SessionNotOnOrAfter'),
    authnInstant: earliest(statements, 'AuthnInstant') ?? new Date(0),
    authnContextClassRef: classRefOf(statement),
    attributes,
    facts,
  }
}

/** Of several statements the most careful reading. */
function earliest(statements: readonly XmlElement[], name: string): Date | undefined {
  const instants = statements.flatMap((one) => readInstant(attributeOf(one, name)) ?? [])
  return instants.length === 0 ? undefined : new Date(Math.min(...instants))
}

function classRefOf(statement: XmlElement): string | undefined {
  const [context] = childrenOf(statement, namespaces.assertion, 'AuthnContext')
  const [reference] = context
    ? childrenOf(context, namespaces.assertion, 'AuthnContextClassRef')
    : []
  return reference && plainTextOf(reference)?.trim()
}
