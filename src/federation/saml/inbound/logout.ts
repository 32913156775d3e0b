import { namespaces, statuses } from '../names.ts'
import { readInstant } from '../instant.ts'
import { attributeOf, childrenOf, descendantsOf, plainTextOf, type XmlElement } from '../xml/xml.ts'
import { readDocument } from './document.ts'
import { isBefore } from './instant.ts'
import { decodePosted, decodeRedirected } from './intake.ts'
import { messageRules, statusCodesOf } from './message-rules.ts'
import { nameIdProblem, readNameId } from './name-id.ts'
import { onceOf } from './once.ts'
import { firstRefusal, isRefused, refuse, type SamlRefusal } from './reasons.ts'
import { readRedirectQuery, relayStateOf, valueOf, verifyQuery } from './redirect-query.ts'
import { keysOf } from './signature.ts'
import { isMessage, nestsNothing } from './structure.ts'
import { verifyAll } from './trust.ts'
import type {
  LogoutMessage,
  LogoutResponseRead,
  ReadLogoutRequest,
  ReadLogoutResponse,
  Situation,
} from './vocabulary.ts'

const mostSessions = 100

/** Check 20. Ends nothing by itself: the caller looks only among the sessions of this connection. */
export const readLogoutRequest: ReadLogoutRequest = ({ message, ...situation }) => {
  const proved = prove(message, situation, { name: 'LogoutRequest', parameter: 'SAMLRequest' })
  if (isRefused(proved)) return proved
  const { element, relayState } = proved
  const refusal = firstRefusal({ ...situation, element }, [isNotOver, namesSomebody, namesSessions])
  if (refusal) return refusal
  return {
    kind: 'request',
    id: attributeOf(element, 'ID') ?? '',
    nameId: readNameId(element),
    sessionIndexes: sessionIndexesOf(element).flatMap((text) => text ?? []),
    issuedAt: readInstant(attributeOf(element, 'IssueInstant')) ?? situation.now,
    relayState,
    once: onceOf(element, situation),
  }
}

/** Check 20: an answer to a request of ours, which the caller has to find. */
export const readLogoutResponse: ReadLogoutResponse = ({ message, ...situation }) => {
  const proved = prove(message, situation, { name: 'LogoutResponse', parameter: 'SAMLResponse' })
  if (isRefused(proved)) return proved
  const { element, relayState } = proved
  const inResponseTo = attributeOf(element, 'InResponseTo')
  if (!inResponseTo) return refuse('not_requested', 'no InResponseTo')
  return { kind: 'response', inResponseTo, outcome: outcomeOf(element), relayState }
}

type Expected = {
  readonly name: 'LogoutRequest' | 'LogoutResponse'
  readonly parameter: 'SAMLRequest' | 'SAMLResponse'
}
type Proved = { readonly element: XmlElement; readonly relayState: string | undefined }

/** Checks 1 to 10 and 19: from what came to a message of the peer's, for here and now. */
function prove(
  message: LogoutMessage,
  situation: Situation,
  expected: Expected,
): Proved | SamlRefusal {
  const proved =
    message.binding === 'post'
      ? provePosted(message.encoded, situation, expected)
      : proveRedirected(message.query, situation, expected)
  if (isRefused(proved)) return proved
  const scene = { message: proved.element, isSigned: true, address: situation.self.slo }
  return firstRefusal({ ...situation, ...scene }, messageRules) ?? proved
}

function provePosted(
  encoded: string,
  { peer }: Situation,
  { name }: Expected,
): Proved | SamlRefusal {
  const text = decodePosted(encoded)
  if (isRefused(text)) return text
  const document = readDocument(text)
  if (isRefused(document)) return document
  const { root } = document
  const refused = isMessage(root, name) ?? nestsNothing(root)
  if (refused) return refused
  const keys = keysOf(peer)
  if (isRefused(keys)) return keys
  const verified = verifyAll(document, [root], keys)
  if (isRefused(verified)) return verified
  const element = verified.get(root)?.element
  return element ? { element, relayState: undefined } : refuse('signature_missing', name)
}

function proveRedirected(
  query: string,
  { peer }: Situation,
  { name, parameter }: Expected,
): Proved | SamlRefusal {
  const parameters = readRedirectQuery(query, parameter)
  if (isRefused(parameters)) return parameters
  const keys = keysOf(peer)
  if (isRefused(keys)) return keys
  const forged = verifyQuery(parameters, parameter, keys)
  if (forged) return forged
  const text = decodeRedirected(valueOf(parameters, parameter) ?? '')
  if (isRefused(text)) return text
  const document = readDocument(text)
  if (isRefused(document)) return document
  const { root } = document
  const refused = isMessage(root, name) ?? nestsNothing(root) ?? isBare(root)
  return refused ?? { element: root, relayState: relayStateOf(parameters) }
}

/** SAML Bindings §3.4.4.1: the signature is in the query, and there is one. */
function isBare(root: XmlElement): SamlRefusal | undefined {
  const isSigned = descendantsOf(root).some((element) => element.name === 'Signature')
  return isSigned ? refuse('signature_misplaced', 'inside a redirect') : undefined
}

type RequestScene = Situation & { readonly element: XmlElement }

function isNotOver(scene: RequestScene): SamlRefusal | undefined {
  const until = attributeOf(scene.element, 'NotOnOrAfter')
  const isOver = until !== undefined && !isBefore(until, scene)
  return isOver ? refuse('expired', `NotOnOrAfter ${until}`) : undefined
}

function namesSomebody({ element }: RequestScene): SamlRefusal | undefined {
  return nameIdProblem(element)
}

/** SECURITY: one that cannot be read must not become none, which is all of them. */
function namesSessions({ element }: RequestScene): SamlRefusal | undefined {
  const indexes = sessionIndexesOf(element)
  const areReadable =
    indexes.length <= mostSessions && indexes.every((text) => text !== undefined && text !== '')
  return areReadable ? undefined : refuse('session_index_invalid', `${indexes.length} found`)
}

function sessionIndexesOf(element: XmlElement): readonly (string | undefined)[] {
  return childrenOf(element, namespaces.protocol, 'SessionIndex').map(plainTextOf)
}

function outcomeOf(element: XmlElement): LogoutResponseRead['outcome'] {
  const [top, ...below] = statusCodesOf(element)
  if (below.includes(statuses.partialLogout)) return 'partial'
  return top === statuses.success ? 'done' : 'failed'
}
