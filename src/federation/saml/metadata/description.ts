import { isPlainLine } from '#kit/text.ts'
import { namespaces } from '../names.ts'
import { childrenOf, descendantsOf, isElement, plainTextOf, type XmlElement } from '../xml/xml.ts'

const longestName = 200
const mostFormats = 20

/** What a page may show: SAML Metadata UI §2.1.2 before the organization's name; English, else the first. */
export function displayNameOf(entity: XmlElement, role: XmlElement): string | undefined {
  const inUi = childrenOf(role, namespaces.metadata, 'Extensions')
    .flatMap((extensions) => childrenOf(extensions, namespaces.metadataUi, 'UIInfo'))
    .flatMap((info) => childrenOf(info, namespaces.metadataUi, 'DisplayName'))
  const ofOrganization = descendantsOf(entity).filter((one) =>
    isElement(one, namespaces.metadata, 'OrganizationDisplayName'),
  )
  return preferEnglish(inUi) ?? preferEnglish(ofOrganization)
}

function preferEnglish(names: readonly XmlElement[]): string | undefined {
  const english = names.find(({ attributes }) =>
    attributes.some(({ name, value }) => name === 'lang' && /^en\b/i.test(value)),
  )
  const chosen = english ?? names[0]
  const text = chosen && plainTextOf(chosen)?.trim()
  return text && text.length <= longestName && isPlainLine(text) ? text : undefined
}

export function nameIdFormatsOf(role: XmlElement): readonly string[] {
  const formats = childrenOf(role, namespaces.metadata, 'NameIDFormat').flatMap(
    (format) => plainTextOf(format)?.trim() || [],
  )
  return [...new Set(formats)].filter((format) => format.length <= 256).slice(0, mostFormats)
}

const minute = 60_000
/** What each part of an xs:duration is worth; a month has 30 days, for nobody plans by it. */
const units = [365 * 1440 * minute, 30 * 1440 * minute, 1440 * minute, 60 * minute, minute, 1000]

/** Milliseconds of an xs:duration such as `PT6H`; undefined when there is none that can be read. */
export function durationOf(text: string | undefined): number | undefined {
  const pattern =
    /^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?$/
  const [, ...parts] = pattern.exec(text ?? '') ?? []
  const total = parts.reduce((sum, part, index) => sum + Number(part ?? 0) * (units[index] ?? 0), 0)
  return total > 0 ? total : undefined
}
