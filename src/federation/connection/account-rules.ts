import type { Clock } from '#kit/clock.ts'
import type { AccountRules, AccountRulesOf } from '../identity/identity.ts'
import { sharedSettingsOf } from './connection.ts'
import { isProved, type DomainStore } from './domain/domain.ts'

/** What a connection's settings and its domains decide about accounts. Asks the store: what was lost counts no more. */
export function createAccountRulesOf(deps: {
  readonly domains: Pick<DomainStore, 'list'>
  readonly clock: Clock
}): AccountRulesOf {
  return async (connection): Promise<AccountRules> => {
    const settings = sharedSettingsOf(connection)
    const claims = await deps.domains.list(connection.tenantId, connection.id)
    const now = deps.clock.now()
    const domains = claims
      .filter((claim) => isProved(claim, now))
      .map(({ domain: name, isEnforced }) => ({ name, isEnforced }))
    const { just_in_time_domains: named } = settings
    return {
      justInTime: settings.just_in_time,
      justInTimeDomains: named.length > 0 ? named : domains.map(({ name }) => name),
      domains,
      linksByVerifiedDomain: settings.links_by_verified_domain,
      defaultRoles: settings.default_roles,
      groups: new Map(Object.entries(settings.groups)),
      mapping: new Map(Object.entries(settings.mapping)),
      mappingMode: settings.mapping_mode,
      requiredAcr: settings.required_acr,
      requiredAmr: settings.required_amr,
      maxAuthAge: settings.max_auth_age,
      multiFactorValues: settings.trusts_multi_factor ? settings.multi_factor_values : [],
    }
  }
}
