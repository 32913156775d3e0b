import { namespaces } from '../names.ts'
import { attributeOf, childrenOf, plainTextOf, type XmlElement } from '../xml/xml.ts'
import { refuse, type SamlRefusal } from './reasons.ts'
import type { NameId } from './vocabulary.ts'

/** Longest value or qualifier; a persistent one has at most 256 (SAML Core §8.3.7), a subject of X.509 more. */
const longest = 1024

/** Checks 11, 20: exactly one NameID in `parent`, which can be read in one way only. */
export function nameIdProblem(parent: XmlElement): SamlRefusal | undefined {
  const ids = ['NameID', 'BaseID', 'EncryptedID'].flatMap((name) =>
    childrenOf(parent, namespaces.assertion, name),
  )
  const [id, second] = ids
  if (!id || second || id.name !== 'NameID')
    return refuse('name_id_invalid', ids.map(({ name }) => name).join(' ') || 'none')
  const values = [plainTextOf(id) ?? '', ...id.attributes.map(({ value }) => value)]
  const isPlain = values.every((value) => value.length <= longest && !/\p{Cc}/u.test(value))
  const [value = ''] = values
  if (isPlain && value !== '' && value.trim() === value) return undefined
  return refuse('name_id_invalid', 'its value')
}

/** Of a parent that `nameIdProblem` found none with. */
export function readNameId(parent: XmlElement): NameId {
  const [id] = childrenOf(parent, namespaces.assertion, 'NameID')
  if (!id) throw new Error('No NameID: it was to be checked before')
  return {
    value: id.text,
    format: attributeOf(id, 'Format'),
    nameQualifier: attributeOf(id, 'NameQualifier'),
    spNameQualifier: attributeOf(id, 'SPNameQualifier'),
  }
}
