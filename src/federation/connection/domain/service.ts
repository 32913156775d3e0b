import type { Audit, AuditActor } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Transactor } from '#storage/storage.ts'
import type { TellAdministrators } from '../../federation.ts'
import type { ClaimEvent } from './claims.ts'
import { challengeOf, checkPause, gracePeriod, isProved } from './domain.ts'
import type {
  ConnectionDomain,
  DomainCheck,
  DomainProofs,
  DomainStore,
  TxtAnswer,
  TxtResolver,
} from './domain.ts'

export type DomainProofDeps = {
  readonly domains: DomainStore
  readonly resolver: TxtResolver
  readonly audit: Pick<Audit, 'append'>
  readonly transactor: Transactor
  readonly clock: Clock
  readonly tellAdministrators: TellAdministrators
  /** Lets readers see a change. */
  readonly forget: (tenantId: TenantId) => void
}

/** As many as are looked at in one go. */
const most = 100

export function createDomainProofs(deps: DomainProofDeps): DomainProofs {
  const { domains, resolver, clock, forget } = deps

  async function look(claim: ConnectionDomain, actor: AuditActor): Promise<DomainCheck> {
    const { name, value } = challengeOf(claim)
    const answer = await resolver(name) // outside of any transaction: it may take seconds
    const check =
      answer.kind === 'found' && answer.texts.includes(value)
        ? await confirm(deps, claim, actor)
        : await miss(deps, claim, answer)
    forget(claim.tenantId)
    return check
  }

  return {
    async check({ actor, ...key }) {
      const own = await domains.list(key.tenantId, key.connectionId)
      const claim = own.find(({ domain }) => domain === key.domain)
      if (!claim) return { kind: 'unknown' }
      return claim.proof?.by === 'operator' ? { kind: 'proved' } : look(claim, actor)
    },

    async recheck() {
      const due = await domains.due(new Date(clock.now() - checkPause), most)
      for (const claim of due) await look(claim, { kind: 'system' })
      return due.length
    },
  }
}

async function confirm(
  deps: DomainProofDeps,
  claim: ConnectionDomain,
  actor: AuditActor,
): Promise<DomainCheck> {
  const at = new Date(deps.clock.now())
  return deps.transactor.transaction(async (within) => {
    if (!(await deps.domains.prove(claim, { by: 'dns', at }, within))) return { kind: 'owned' }
    if (!claim.proof) {
      const event = eventOf('connection.domain_proved', claim, actor)
      await deps.audit.append(event, within)
    }
    return { kind: 'proved' }
  })
}

/** No answer counts as a record that is gone: who let a domain go may leave name servers behind that never answer. */
async function miss(
  deps: DomainProofDeps,
  claim: ConnectionDomain,
  answer: TxtAnswer,
): Promise<DomainCheck> {
  const { domains, audit, transactor, clock } = deps
  const actor = { kind: 'system' } as const
  if (claim.proof) {
    const { tenantId, connectionId, domain } = claim
    const tell = await deps.tellAdministrators(tenantId)
    await transactor.transaction(async (within) => {
      const now = clock.now()
      if (await domains.miss(claim, new Date(now), within)) {
        await audit.append(eventOf('connection.domain_missing', claim, actor), within)
        const until = new Date(now + gracePeriod)
        await tell(connectionId, { what: 'domain_missing', domain, until }, within)
      }
      if (!isProved(claim, now) && (await domains.disprove(claim, within))) {
        await audit.append(eventOf('connection.domain_lost', claim, actor), within)
        await tell(connectionId, { what: 'domain_lost', domain }, within)
      }
    })
  }
  return {
    kind: 'unproved',
    reason: answer.kind === 'alias' || answer.kind === 'failed' ? answer.kind : 'missing',
  }
}

function eventOf(
  type: ClaimEvent['type'] | 'connection.domain_missing',
  { tenantId, connectionId, domain }: ConnectionDomain,
  actor: AuditActor,
) {
  const outcome = type === 'connection.domain_proved' ? ('success' as const) : ('failure' as const)
  return { tenantId, type, outcome, actor, detail: { connection: connectionId, domain } }
}
