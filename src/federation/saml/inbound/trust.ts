import type { KeyObject } from 'node:crypto'
import type { XmlDocument, XmlElement } from '../xml/xml.ts'
import { isRefused, type SamlRefusal } from './reasons.ts'
import { verifySignature, type Verified } from './signature.ts'
import { findSignatures } from './structure.ts'

/**
 * Checks 5 to 9: what the signatures of a document vouch for, by the element they stand in. Every one must hold: a broken
 * one is not excused by another that is good (check 8). Empty when there is none.
 */
export function verifyAll(
  document: XmlDocument,
  holders: readonly XmlElement[],
  keys: readonly KeyObject[],
): ReadonlyMap<XmlElement, Verified> | SamlRefusal {
  const places = findSignatures(document.root, holders)
  if (isRefused(places)) return places
  const verified = new Map<XmlElement, Verified>()
  for (const place of places) {
    const one = verifySignature(document.text, place, keys)
    if (isRefused(one)) return one
    verified.set(place.signed, one)
  }
  return verified
}
