import { namespaces } from '../names.ts'
import { attributeOf, childrenOf, plainTextOf, type XmlElement } from '../xml/xml.ts'
import { refuse, type SamlRefusal } from './reasons.ts'

const limits = { attributes: 250, values: 2000, name: 512, value: 64 * 1024 }

/**
 * Check 17: values by name. A Map, since `__proto__` is a name like others. Values that are more than text, such as a NameID
 * in an attribute, are left out; several attributes of one name are one.
 */
export function readAttributes(
  assertion: XmlElement,
): ReadonlyMap<string, readonly string[]> | SamlRefusal {
  const attributes = childrenOf(assertion, namespaces.assertion, 'AttributeStatement').flatMap(
    (statement) => childrenOf(statement, namespaces.assertion, 'Attribute'),
  )
  const found = new Map<string, readonly string[]>()
  let values = 0
  for (const attribute of attributes) {
    const name = attributeOf(attribute, 'Name') ?? ''
    const own = childrenOf(attribute, namespaces.assertion, 'AttributeValue').flatMap(
      (value) => plainTextOf(value) ?? [],
    )
    values += own.length
    if (name === '') continue
    const isTooMuch =
      name.length > limits.name ||
      own.some((value) => value.length > limits.value) ||
      values > limits.values ||
      found.size >= limits.attributes
    if (isTooMuch) return refuse('attributes_excessive', name)
    found.set(name, [...(found.get(name) ?? []), ...own])
  }
  return found
}
