import { createHash } from 'node:crypto'
import { readInstant } from '../instant.ts'
import { attributeOf, type XmlElement } from '../xml/xml.ts'
import { oldestMessage, skewOf } from './instant.ts'
import type { Once, Situation } from './vocabulary.ts'

/**
 * Check 16: what must not be used twice, by who said it and its id, whatever message is wrapped around it. To be remembered
 * until it would be refused for its age by every clock.
 */
export function onceOf(element: XmlElement, situation: Situation): Once {
  const id = attributeOf(element, 'ID') ?? ''
  const issued = readInstant(attributeOf(element, 'IssueInstant')) ?? situation.now
  return {
    key: createHash('sha256')
      .update(JSON.stringify([situation.peer.entityId, id]))
      .digest('base64url'),
    until: new Date(issued + oldestMessage + 2 * skewOf(situation)),
  }
}
