import type { Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import { sha256 } from '#kit/hash.ts'
import { newId, randomToken } from '#kit/random.ts'
import type { Outbox } from '#mail/mail.ts'
import type { Transactor } from '#storage/storage.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import { invitationMail } from '#views/mail/invitation.ts'
import { invitationPage, longestInvitation } from './registration.ts'
import type { Invitation, InvitationStore, Invitations } from './registration.ts'

export type InvitationDeps = {
  readonly store: InvitationStore
  readonly accounts: Pick<Accounts, 'findByEmail'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly audit: Audit
  readonly transactor: Transactor
  readonly clock: Clock
}

const actor = { kind: 'cli' } as const

export function createInvitations(deps: InvitationDeps): Invitations {
  const { store, accounts, outbox, audit, transactor, clock } = deps

  return {
    async create({ tenant, email, lifetime }) {
      const canonical = canonicalEmail(email.trim())
      if (canonical === undefined) return { outcome: 'email_invalid' }
      if (await accounts.findByEmail(tenant.id, canonical)) return { outcome: 'email_taken' }
      const token = randomToken()
      const seconds = Math.min(lifetime, longestInvitation)
      const link = `${tenant.issuer}${invitationPage}/${token}`
      const invitation: Invitation = {
        tenantId: tenant.id,
        id: newId(),
        email: canonical,
        tokenHash: sha256(token),
        createdAt: new Date(clock.now()),
        expiresAt: new Date(clock.now() + seconds * 1000),
        usedAt: undefined,
        revokedAt: undefined,
      }
      const mail = invitationMail({ ...mailFrameOf(tenant), link, lifetime: seconds })
      await transactor.transaction(async (within) => {
        await store.insert(invitation, within)
        const sent = { tenantId: tenant.id, kind: 'invitation', to: canonical, ...mail }
        await outbox.enqueue(sent, within)
        const event = { tenantId: tenant.id, type: 'invitation.created', actor } as const
        const detail = { invitation: invitation.id }
        await audit.append({ ...event, outcome: 'success', detail }, within)
      })
      return { outcome: 'created', invitation, link }
    },

    async find(tenant, token) {
      if (token === undefined) return undefined
      const found = await store.findByToken(tenant.id, sha256(token))
      return found && isUsable(found, clock.now()) ? found : undefined
    },

    list: (tenantId) => store.list(tenantId),

    revoke: (tenantId, id) =>
      transactor.transaction(async (within) => {
        if (!(await store.revoke(tenantId, id, new Date(clock.now()), within))) return false
        const event = { tenantId, type: 'invitation.revoked', actor, outcome: 'success' } as const
        await audit.append({ ...event, detail: { invitation: id } }, within)
        return true
      }),
  }
}

function isUsable({ usedAt, revokedAt, expiresAt }: Invitation, now: number): boolean {
  return usedAt === undefined && revokedAt === undefined && expiresAt.getTime() > now
}
