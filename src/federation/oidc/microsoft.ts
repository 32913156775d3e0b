import type { SettingsOf } from '../connection/connection.ts'
import { emailOf, textsOf, type Claims, type Said } from './claims.ts'
import type { Provider, Who } from './oidc.ts'
import type { ProblemCode } from './problem.ts'
import { wishParameters } from './wishes.ts'

type Settings = SettingsOf<'microsoft'>

const authority = 'https://login.microsoftonline.com'
/** What a document for more than one tenant calls itself. */
const template = `${authority}/{tenantid}/v2.0`
/** Everybody without a company: anybody's own Microsoft account. */
const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad'
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** reference/federation.md §3.4. */
export function microsoftProvider(settings: Settings): Provider {
  const issuer = `${authority}/${settings.tenant}/v2.0`
  const isOneTenant = guid.test(settings.tenant)
  return {
    clientId: settings.client_id,
    issuer,
    isIssuer: (discovered) => discovered === publishedBy(settings.tenant),
    alg: 'RS256',
    authentication: 'client_secret_post',
    parameters: (wishes) => ({
      scope: scopeOf(settings),
      ...wishParameters(wishes, settings.prompt),
    }),
    isAnswerFrom: isOneTenant ? undefined : isSomeTenant,
    source: 'id_token',
    keepsTokens: settings.stores_tokens,
    identify: (said) => identifyMicrosoft(said, settings),
  }
}

/** `profile` brings the oid. */
function scopeOf({ stores_tokens: isKept, more_scopes: more }: Settings): string {
  return ['openid email profile', ...(isKept ? ['offline_access'] : []), ...more].join(' ')
}

/** What the document of a tenant, or of a kind of account, calls itself. */
function publishedBy(tenant: string): string {
  if (guid.test(tenant)) return issuerOf(tenant)
  return tenant === 'consumers' ? issuerOf(consumers) : template
}

const issuerOf = (tid: string): string => `${authority}/${tid}/v2.0`

function isSomeTenant(iss: string): boolean {
  const [, tid = ''] = /^https:\/\/login\.microsoftonline\.com\/([^/]+)\/v2\.0$/.exec(iss) ?? []
  return guid.test(tid)
}

/**
 * SECURITY (nOAuth): the address is whatever an administrator of some tenant wrote into it. Who somebody is stands in tid
 * and oid; the library puts the token's own tid into the issuer it expects, so by itself it restricts nothing.
 */
function identifyMicrosoft({ token }: Said, settings: Settings): Who | ProblemCode {
  const { tid, oid, iss } = token
  if (typeof tid !== 'string' || !guid.test(tid)) return 'id_token.tid'
  if (iss !== issuerOf(tid)) return 'id_token.iss'
  if (!isAllowed(tid, settings)) return 'id_token.tid'
  if (typeof oid !== 'string' || !guid.test(oid)) return 'id_token.oid'
  const email = emailOf(token['email'])
  const isAtHome = !isGuest(token)
  return {
    issuer: iss,
    subject: `${tid}.${oid}`,
    email,
    emailVerified: email !== undefined && isOwnersDomain(token) && isAtHome,
    // where tenants of anybody may come, their word on a domain is worth nothing unless they have proved it
    isMember: isAtHome && (guid.test(settings.tenant) || isOwnersDomain(token)),
    groups: groupsOf(token),
  }
}

function isAllowed(tid: string, { tenant, allowed_tenants: allowed }: Settings): boolean {
  if (guid.test(tenant)) return tid === tenant
  if (tenant === 'consumers') return tid === consumers
  if (tenant === 'organizations' && tid === consumers) return false
  return allowed.length === 0 || allowed.includes(tid)
}

/** The tenant has proved the domain of the address to be its own. Comes in four spellings. */
function isOwnersDomain({ xms_edov: edov }: Claims): boolean {
  return edov === true || edov === 1 || edov === '1' || edov === 'true'
}

/** The address belongs to the tenant they are at home in. */
function isGuest({ acct, idp, iss }: Claims): boolean {
  return acct === 1 || acct === '1' || (idp !== undefined && idp !== iss)
}

/** Roles of the application, and groups; those of somebody who has too many are not in the token (`_claim_names`). */
function groupsOf({ roles, groups }: Claims): readonly string[] | undefined {
  const said = [textsOf(roles), textsOf(groups)].filter((list) => list !== undefined)
  return said.length === 0 ? undefined : [...new Set(said.flat())]
}
