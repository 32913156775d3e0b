import { messageLimits, readXml, type XmlDocument } from '../xml/xml.ts'
import { refuse, type SamlRefusal } from './reasons.ts'

/** Checks 2 and 3. */
export function readDocument(text: string): XmlDocument | SamlRefusal {
  const read = readXml(text, messageLimits)
  return read.kind === 'read' ? read.document : refuse(read.reason, read.detail)
}
