import { bindings, namespaces } from '../names.ts'
import { attributeOf, childrenOf, type XmlElement } from '../xml/xml.ts'
import { isRefused, refuse } from './refusal.ts'
import type { MetadataRefusal, MetadataSource, SamlBinding, SamlEndpoint } from './vocabulary.ts'

type Service = 'SingleSignOnService' | 'SingleLogoutService'

const usable: ReadonlyMap<string | undefined, SamlBinding> = new Map([
  [bindings.redirect, 'redirect'],
  [bindings.post, 'post'],
])

/** Check 22: by the bindings we speak. One that leads nowhere good is an error, not one less: people are sent there. */
export function readEndpoints(
  role: XmlElement,
  service: Service,
  source: MetadataSource,
): readonly SamlEndpoint[] | MetadataRefusal {
  const endpoints: SamlEndpoint[] = []
  for (const element of childrenOf(role, namespaces.metadata, service)) {
    const binding = usable.get(attributeOf(element, 'Binding'))
    if (!binding) continue
    const endpoint = readEndpoint(element, binding, source)
    if (isRefused(endpoint)) return endpoint
    endpoints.push(endpoint)
  }
  return endpoints
}

function readEndpoint(
  element: XmlElement,
  binding: SamlBinding,
  source: MetadataSource,
): SamlEndpoint | MetadataRefusal {
  const [url, responseUrl] = ['Location', 'ResponseLocation'].map((name) =>
    attributeOf(element, name),
  )
  if (url === undefined) return refuse('endpoint_invalid', `${element.name} without Location`)
  const wrong = [url, responseUrl].find((one) => one !== undefined && !isSafeUrl(one, source))
  if (wrong !== undefined) return refuse('endpoint_invalid', wrong)
  return { binding, url, ...(responseUrl === undefined ? {} : { responseUrl }) }
}

/**
 * SECURITY: it becomes the target of a form and of a redirect: https only, never `javascript:`, and nothing that a page or a
 * header would read otherwise. Kept as it stands: they compare our Destination byte for byte.
 */
function isSafeUrl(text: string, { allowsLoopback = false }: MetadataSource): boolean {
  if (text.length > 2048 || !/^https?:\/\/[\w.~:/?@!$&'()*+,;=%[\]-]+$/i.test(text)) return false
  const url = URL.parse(text)
  if (!url || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (allowsLoopback && isLoopback(url.hostname))
}

function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}
