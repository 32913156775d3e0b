import { brandId } from '#kit/ids.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Problem as Failure, RenderError } from '#http/http.ts'
import { errorPage } from '#views/error.ts'
import type { Problem } from '#views/error.ts'
import { findTenantOf, tenantSettings } from './tenant.ts'
import type { PageOf, Tenant } from './tenant.ts'

/** A failure as a page of the tenant it happened at; where there is none, as a page without a name. */
export function createProblemPage(deps: {
  readonly pageOf: PageOf
  readonly issuer: string
}): RenderError {
  return (failure, ctx) => {
    const tenant = findTenantOf(ctx.req) ?? nobody(deps.issuer)
    return errorPage({
      page: deps.pageOf(tenant, { headers: ctx.headers }),
      problem: problemOf(failure),
      reference: failure.reference,
      details: failure.status < 500 ? [{ label: 'error', value: failure.code }] : undefined,
    }).toString()
  }
}

function problemOf({ code, status, retryAfter }: Failure): Problem {
  if (code === 'interaction.account_unavailable') return { kind: 'account_suspended' }
  if (code === 'federation.session_over') return { kind: 'expired' }
  switch (status) {
    case 404:
    case 421:
      return { kind: 'not_found' }
    case 429:
      return { kind: 'throttled', retryAfter: retryAfter ?? 60 }
    case 503:
      return { kind: 'unavailable', retryAfter }
    default:
      return status >= 500 ? { kind: 'server' } : { kind: 'bad_request' }
  }
}

/** Only what a page shows of a tenant: there is none to look anything else up in. */
function nobody(issuer: string): Tenant {
  return {
    id: brandId<TenantId>('none'),
    slug: '',
    name: new URL(issuer).host,
    issuer,
    status: 'active',
    settings: tenantSettings.parse({}),
    version: 0,
  }
}
