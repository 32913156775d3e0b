import { z } from 'zod'
import { authenticatorName, mostPasskeys } from '#login/passkey/passkey.ts'
import type { Passkey, Passkeys } from '#login/passkey/passkey.ts'
import type { PasskeySignals } from '#views/components/passkey.ts'
import { passkeysPage } from '#views/portal/passkeys.ts'
import type { ShownPasskey } from '#views/portal/passkeys.ts'
import type { Notices } from './notices.ts'
import { csrfBinding, isFresh } from './portal.ts'
import type { Visit } from './portal.ts'
import { frameOf } from './sections.ts'
import type { Next, PortalSection } from './sections.ts'

const notice = z.object({
  done: z.enum(['added', 'renamed', 'removed']).optional(),
  error: z
    .enum(['refused', 'expired', 'taken', 'name_invalid', 'last_way_in', 'needed'])
    .optional(),
})

export type PasskeysSectionDeps = {
  readonly passkeys: Omit<Passkeys, 'wasUsed'>
  readonly notices: Notices
}

const here: Next = { page: 'passkeys' }

/** A person's passkeys: what there are, one more, another name, one less. */
export function createPasskeysSection(deps: PasskeysSectionDeps): PortalSection {
  const { passkeys, notices } = deps
  return {
    pages: {
      async passkeys(visit) {
        const told = await notices.take(visit, 'passkeys', notice)
        const all = await passkeys.list(ownerOf(visit))
        return passkeysPage({
          frame: frameOf(visit),
          passkeys: all.map(shown),
          isFull: all.length >= mostPasskeys,
          fresh: isFresh(visit),
          signals: await passkeySignalsFor(visit, passkeys),
          ...told,
        })
      },
    },
    actions: { ...createAdditions(deps), ...createChanges(deps) },
  }
}

type Actions = PortalSection['actions']

function createAdditions({ passkeys, notices }: PasskeysSectionDeps): Actions {
  const answer = createAnswer(notices)

  return {
    /** What the browser is to make, for the script of the page. */
    async 'passkeys/options'(visit) {
      const { ctx, tenant, account } = visit
      const binding = bindingOf(visit)
      ctx.body = isFresh(visit) ? await passkeys.offer({ tenant, account, binding }) : {}
      return 'answered'
    },
    async 'passkeys/add'(visit, form) {
      const credential = form.get('credential') ?? ''
      const { provedAt } = visit
      const binding = bindingOf(visit)
      const { kind } = await passkeys.add({ ...askedBy(visit), binding, provedAt, credential })
      switch (kind) {
        case 'added':
          return answer(visit, { done: kind })
        case 'step_up':
          return { confirm: 'passkeys' }
        case 'malformed':
        case 'refused':
          return answer(visit, { error: 'refused' })
        case 'expired':
        case 'taken':
          return answer(visit, { error: kind })
        case 'too_many':
        case 'over':
          return here
      }
    },
  }
}

function createChanges({ passkeys, notices }: PasskeysSectionDeps): Actions {
  const answer = createAnswer(notices)

  return {
    async 'passkeys/rename'(visit, form) {
      const name = form.get('name') ?? ''
      const { kind } = await passkeys.rename({ ...chosen(visit, form), name })
      if (kind === 'invalid') return answer(visit, { error: 'name_invalid' })
      return kind === 'renamed' ? answer(visit, { done: kind }) : here
    },
    async 'passkeys/remove'(visit, form) {
      const { provedAt } = visit
      const { kind } = await passkeys.remove({ ...chosen(visit, form), provedAt })
      switch (kind) {
        case 'removed':
          return answer(visit, { done: kind })
        case 'step_up':
          return { confirm: 'passkeys' }
        case 'last_way_in':
        case 'needed':
          return answer(visit, { error: kind })
        case 'unknown':
        case 'over':
          return here
      }
    },
  }
}

const createAnswer =
  (notices: Notices) =>
  async (visit: Visit, said: z.infer<typeof notice>): Promise<Next> => {
    await notices.leave(visit, 'passkeys', said)
    return here
  }

const ownerOf = ({ tenant, account }: Visit) => ({ tenantId: tenant.id, accountId: account.id })

const askedBy = ({ tenant, account, requester }: Visit) => ({
  tenant,
  accountId: account.id,
  requester,
})

const chosen = (visit: Visit, form: ReadonlyMap<string, string>) => ({
  ...askedBy(visit),
  credentialId: form.get('passkey') ?? '',
})

/** A challenge belongs to one session of My account (Q51). */
const bindingOf = ({ sessionKey }: Visit): string => csrfBinding(sessionKey)

function shown(passkey: Passkey): ShownPasskey {
  const { credentialId, name, aaguid, backupEligible, createdAt, lastUsedAt } = passkey
  const authenticator = authenticatorName(aaguid)
  const times = { createdAt, lastUsedAt }
  return { id: credentialId, name, authenticator, isSynced: backupEligible, ...times }
}

/** The whole list, whenever it is looked at: what was removed is forgotten, and names are kept up to date. */
export async function passkeySignalsFor(
  { tenant, account }: Visit,
  passkeys: Pick<Passkeys, 'accepted'>,
): Promise<PasskeySignals> {
  const accepted = await passkeys.accepted(tenant, account)
  const { rpId, userId, name, displayName, credentialIds } = accepted
  return {
    signalAllAcceptedCredentials: { rpId, userId, allAcceptedCredentialIds: credentialIds },
    signalCurrentUserDetails: { rpId, userId, name, displayName },
  }
}
