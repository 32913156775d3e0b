import type { Destination, Tenant, Tenants } from './tenant.ts'

export type Addressing =
  | { readonly outcome: 'found'; readonly destination: Destination }
  /** RFC 9110 §15.5.20: this host is no issuer of ours (F4). */
  | { readonly outcome: 'misdirected' }
  | { readonly outcome: 'unknown' }

export type Addresses = {
  /** Asks the store where it must. */
  locate(host: string, target: string): Promise<Addressing>
  /** What `locate` would find, when that is known without asking the store. */
  peek(host: string, target: string): Destination | undefined
}

/**
 * Which tenant a request is for. The issuers decide, not the request: a host that is none of theirs is refused before
 * anything is built from it. A disabled tenant does not exist (Q18).
 */
export function createAddressing(deps: {
  readonly tenants: Tenants
  /** Issuer of the main tenant. */
  readonly issuer: string
}): Addresses {
  const { tenants, issuer } = deps
  const mainHost = new URL(issuer).host

  return {
    async locate(host, target) {
      if (host === mainHost) {
        const place = placeOf(target)
        return answer(await tenants.findByIssuer(issuer + place.basePath), place)
      }
      const tenant = await ownerOf(host)
      return tenant ? answer(tenant, { basePath: '', target }) : { outcome: 'misdirected' }
    },

    peek(host, target) {
      if (host !== mainHost) return undefined
      const place = placeOf(target)
      const found = answer(tenants.peekByIssuer(issuer + place.basePath), place)
      return found.outcome === 'found' ? found.destination : undefined
    },
  }

  function answer(tenant: Tenant | undefined, place: Place): Addressing {
    return tenant?.status === 'active'
      ? { outcome: 'found', destination: { tenant, ...place } }
      : { outcome: 'unknown' }
  }

  async function ownerOf(host: string): Promise<Tenant | undefined> {
    // A host is a host: with a path in it, it would name another tenant's issuer.
    if (!/^[a-z0-9.:[\]-]+$/.test(host)) return undefined
    return (
      (await tenants.findByIssuer(`https://${host}`)) ??
      (await tenants.findByIssuer(`http://${host}`))
    )
  }
}

type Place = Pick<Destination, 'basePath' | 'target'>

function placeOf(target: string): Place {
  const { slug, target: below } = splitTarget(target)
  return { basePath: slug === undefined ? '' : `/t/${slug}`, target: below }
}

const wellKnown =
  /^(\/\.well-known\/(?:oauth-authorization-server|openid-configuration))\/t\/([^/?]+)(\?.*)?$/
const pathTenant = /^\/t\/([^/?]+)(.*)$/

/**
 * `/t/acme/token` is `/token` of acme. RFC 8414 §3.1 puts the well-known part first instead, and OIDC Discovery §4 last:
 * both lead to the same document.
 */
export function splitTarget(target: string): { slug: string | undefined; target: string } {
  const [, document, named, query = ''] = wellKnown.exec(target) ?? []
  if (document !== undefined) return { slug: named, target: document + query }
  const [, slug, below = ''] = pathTenant.exec(target) ?? []
  if (slug === undefined) return { slug: undefined, target }
  return { slug, target: below.startsWith('/') ? below : `/${below}` }
}
