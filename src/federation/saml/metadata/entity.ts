import { namespaces } from '../names.ts'
import { attributeOf, childrenOf, isElement, type XmlElement } from '../xml/xml.ts'
import { isRefused, refuse } from './refusal.ts'
import type { MetadataRefusal } from './vocabulary.ts'

export type Chosen = {
  readonly entity: XmlElement
  readonly entityId: string
  /** From the root down to the entity: what it stands in bounds how long it is true. */
  readonly path: readonly XmlElement[]
}

/** To choose from on one page. */
const mostOffered = 200

/** Check 22: the entity that was asked for, or the only identity provider there is. */
export function chooseEntity(
  root: XmlElement,
  wanted: string | undefined,
): Chosen | MetadataRefusal {
  const entities = listEntities(root, [])
  if (isRefused(entities)) return entities
  const candidates =
    wanted === undefined
      ? preferProviders(entities)
      : entities.filter(({ entityId }) => entityId === wanted)
  const [chosen, second] = candidates
  if (chosen && second)
    return refuse('entity_ambiguous', `${candidates.length} entities`, idsOf(candidates))
  if (!chosen) return refuse('entity_unknown', `not ${wanted}`, idsOf(preferProviders(entities)))
  return isEntityId(chosen.entityId)
    ? chosen
    : refuse('entity_id_invalid', `entityID ${chosen.entityId}`)
}

/** SAML Metadata §2.3: one, or a list of lists. */
function listEntities(
  element: XmlElement,
  above: readonly XmlElement[],
): readonly Chosen[] | MetadataRefusal {
  const path = [...above, element]
  if (isElement(element, namespaces.metadata, 'EntityDescriptor'))
    return [{ entity: element, entityId: attributeOf(element, 'entityID') ?? '', path }]
  if (!isElement(element, namespaces.metadata, 'EntitiesDescriptor'))
    return refuse('not_metadata', `{${element.namespace}}${element.name}`)
  const below = ['EntityDescriptor', 'EntitiesDescriptor']
    .flatMap((name) => childrenOf(element, namespaces.metadata, name))
    .map((child) => listEntities(child, path))
  return below.flatMap((found) => (isRefused(found) ? [] : found))
}

function preferProviders(entities: readonly Chosen[]): readonly Chosen[] {
  const providers = entities.filter(
    ({ entity }) => childrenOf(entity, namespaces.metadata, 'IDPSSODescriptor').length > 0,
  )
  return providers.length > 0 ? providers : entities
}

/** SAML Metadata §2.2.1: a URI of at most 1024 characters; what products use is not always one. */
function isEntityId(text: string): boolean {
  return text.length > 0 && text.length <= 1024 && !/[\s\p{Cc}]/u.test(text)
}

function idsOf(entities: readonly Chosen[]): readonly string[] {
  return entities
    .map(({ entityId }) => entityId)
    .filter(isEntityId)
    .slice(0, mostOffered)
}
