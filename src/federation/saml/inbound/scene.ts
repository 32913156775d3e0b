import type { XmlElement } from '../xml/xml.ts'
import type { Situation } from './vocabulary.ts'

/** What stands around every message (SAML Core §3.2). */
export type MessageScene = Situation & {
  /** From the signed octets where the message is signed; what is not signed may refuse, never allow (check 9). */
  readonly message: XmlElement
  readonly isSigned: boolean
  /** Where it was received. */
  readonly address: string
}

export type AssertionScene = Situation & {
  /** From signed octets only (check 9). */
  readonly assertion: XmlElement
  /** InResponseTo of the message around it, signed or not: it can only contradict. */
  readonly inResponseTo: string | undefined
}
