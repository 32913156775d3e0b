import { bearer, namespaces } from '../names.ts'
import { attributeOf, childrenOf, isElement, type XmlElement } from '../xml/xml.ts'
import type { AssertionScene } from './scene.ts'
import { isBefore } from './instant.ts'
import { firstRefusal, refuse, type SamlRefusal } from './reasons.ts'

/** Check 13: at least one bearer confirmation that holds (SAML Profiles §4.1.4.2). Tells what is wrong with the first. */
export function confirmsTheBearer(scene: AssertionScene): SamlRefusal | undefined {
  const bearers = childrenOf(scene.assertion, namespaces.assertion, 'Subject')
    .flatMap(({ children }) => children)
    .filter((child) => isElement(child, namespaces.assertion, 'SubjectConfirmation'))
    .filter((confirmation) => attributeOf(confirmation, 'Method') === bearer)
  if (bearers.length === 0) return refuse('confirmation_missing', 'no bearer')
  const problems = bearers.map((confirmation) => problemOf(confirmation, scene))
  return problems.includes(undefined) ? undefined : problems[0]
}

function problemOf(confirmation: XmlElement, scene: AssertionScene): SamlRefusal | undefined {
  const [data, second] = childrenOf(confirmation, namespaces.assertion, 'SubjectConfirmationData')
  if (!data || second) return refuse('confirmation_malformed', 'not one SubjectConfirmationData')
  return firstRefusal({ ...scene, data }, [
    isNotPostponed,
    isReceivedHere,
    isNotOver,
    answersTheSame,
  ])
}

type ConfirmationScene = AssertionScene & { readonly data: XmlElement }

function isNotPostponed({ data }: ConfirmationScene): SamlRefusal | undefined {
  const notBefore = attributeOf(data, 'NotBefore')
  return notBefore === undefined ? undefined : refuse('confirmation_malformed', 'NotBefore')
}

/** Another tenant's ACS of ours is another address: an assertion for there is nothing here (check 25). */
function isReceivedHere({ data, self }: ConfirmationScene): SamlRefusal | undefined {
  const recipient = attributeOf(data, 'Recipient')
  return recipient === self.acs ? undefined : refuse('recipient_wrong', `Recipient ${recipient}`)
}

function isNotOver(scene: ConfirmationScene): SamlRefusal | undefined {
  const until = attributeOf(scene.data, 'NotOnOrAfter')
  return isBefore(until, scene)
    ? undefined
    : refuse('confirmation_expired', `NotOnOrAfter ${until}`)
}

/**
 * SECURITY: what is signed must name the request, or name none like the message around it; else an assertion that nobody asked
 * for is put into the answer to somebody's request.
 */
function answersTheSame({ data, inResponseTo }: ConfirmationScene): SamlRefusal | undefined {
  const confirmed = attributeOf(data, 'InResponseTo')
  if (confirmed === inResponseTo) return undefined
  return refuse('in_response_to_mismatch', `${confirmed} in ${inResponseTo}`)
}
