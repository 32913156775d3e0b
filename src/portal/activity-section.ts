import type { Audit, RecordedEvent } from '#audit/audit.ts'
import type { Clients } from '#client/client.ts'
import type { MethodId } from '#login/login.ts'
import type { Sessions } from '#session/session.ts'
import { activityPage, notMePage } from '#views/portal/activity.ts'
import type { ActivityEvent, ActivityKind } from '#views/portal/activity.ts'
import { byThem, eventOf } from './portal.ts'
import type { DescribeDevice } from './portal.ts'
import { frameOf } from './sections.ts'
import type { PortalSection } from './sections.ts'

/** Seconds of the past a person sees. */
const window = 90 * 24 * 3600
/** As many as a person reads. */
const mostEvents = 200

export type ActivityDeps = {
  readonly audit: Pick<Audit, 'append' | 'listOf'>
  readonly clients: Pick<Clients, 'find'>
  readonly sessions: Pick<Sessions, 'endAll'>
  readonly deviceOf: DescribeDevice
}

/** What happened to this account in 90 days, and what to do when it was somebody else. */
export function createActivitySection(deps: ActivityDeps): PortalSection {
  const { audit, sessions } = deps
  const describe = createDescribe(deps)

  return {
    pages: {
      async activity(visit) {
        const { tenant, account, now } = visit
        const since = new Date((now - window) * 1000)
        const events = await audit.listOf(tenant.id, account.id, { since, limit: mostEvents })
        return activityPage({
          frame: frameOf(visit),
          events: await Promise.all(events.filter(isTelling).map(describe)),
        })
      },
      'not-me': (visit) => notMePage({ frame: frameOf(visit) }),
    },
    actions: {
      /** Everything ends, this session included: whoever comes back proves who they are, and chooses a new password. */
      async 'not-me'(visit) {
        const { tenant, account } = visit
        await audit.append(eventOf(visit, 'account.activity_disputed'))
        await sessions.endAll({ tenantId: tenant.id, id: account.id }, byThem(visit))
        return { page: afterNotMe }
      },
    },
  }
}

/** A sign-in that gave no reason to ask for more stands there as itself. */
function isTelling({ type, outcome }: RecordedEvent): boolean {
  if (type === 'federation.account_created') return false // the account itself is told of
  return type !== 'risk.evaluated' || outcome === 'failure'
}

/** Where a person goes on whose account somebody else was in. */
const afterNotMe = 'password'

/** One event as a person reads it; also what their export holds. */
export function createDescribe({ clients, deviceOf }: Pick<ActivityDeps, 'clients' | 'deviceOf'>) {
  return async (event: RecordedEvent): Promise<ActivityEvent> => {
    const { tenantId, clientId, userAgent, ip, at } = event
    const client = clientId && (await clients.find(tenantId, clientId))
    return {
      kind: kindOf(event),
      at,
      app: clientId && (client?.metadata.client_name ?? clientId),
      device: deviceOf(userAgent),
      ip,
    }
  }
}

const kinds: Readonly<Record<string, ActivityKind>> = {
  'account.created': 'created',
  'account.updated': 'changed_by_admin',
  'account.profile_changed': 'profile_changed',
  'account.sessions_ended': 'signed_out_everywhere',
  'account.activity_disputed': 'disputed',
  'account.exported': 'exported',
  'account.leaving': 'leaving',
  'account.staying': 'staying',
  'account.disabled': 'paused',
  'account.enabled': 'resumed',
  'login.succeeded': 'sign_in',
  'login.failed': 'sign_in_failed',
  'login.password_set': 'password_set',
  'login.password_imported': 'password_set',
  'login.password_removed': 'password_removed',
  'factor.all_reset': 'changed_by_admin',
  'factor.passkey_added': 'passkey_added',
  'factor.passkey_removed': 'passkey_removed',
  'factor.passkey_renamed': 'passkey_renamed',
  'factor.passkey_counter_gone_back': 'passkey_counter',
  'factor.totp_enrolled': 'totp_enrolled',
  'factor.totp_removed': 'totp_removed',
  'factor.totp_locked': 'factor_locked',
  'factor.recovery_codes_made': 'codes_made',
  'factor.recovery_code_used': 'code_used',
  'factor.recovery_codes_removed': 'codes_removed',
  'factor.recovery_code_locked': 'factor_locked',
  'account.email_changed': 'email_changed',
  'account.email_change_undone': 'email_undone',
  'account.email_verified': 'email_verified',
  'federation.signed_in': 'sign_in',
  'federation.linked': 'connected_added',
  'federation.unlinked': 'connected_removed',
  'federation.token_given': 'connected_read',
  'federation.tokens_dropped': 'connected_over',
  'federation.logged_out': 'session_ended',
  'federation.glass_broken': 'emergency',
  'consent.granted': 'app_allowed',
  'consent.denied': 'app_denied',
  'consent.revoked': 'app_removed',
  'oidc.refresh_token_reused': 'app_stopped',
  'session.ended': 'session_ended',
  'session.new_device': 'new_device',
  'risk.evaluated': 'sign_in_doubted',
  'risk.refused': 'sign_in_refused',
  'factor.device_trusted': 'device_trusted',
  'factor.trusted_device_removed': 'device_untrusted',
}

/** Nobody signs in with these alone. */
const secondSteps: readonly MethodId[] = ['totp', 'recovery_code']

/** Never the name of the event itself: what has no words of its own is something that changed. */
function kindOf({ type, detail }: RecordedEvent): ActivityKind {
  const isSecond = secondSteps.some((method) => method === detail?.['method'])
  if (type === 'login.succeeded' && isSecond) return 'second_step'
  return Object.hasOwn(kinds, type) ? (kinds[type] ?? 'other') : 'other'
}
