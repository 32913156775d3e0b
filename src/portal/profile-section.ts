import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Accounts, Profile } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { Passkeys } from '#login/passkey/passkey.ts'
import { profileFields, profilePage } from '#views/portal/profile.ts'
import type { ProfileField } from '#views/portal/profile.ts'
import { passkeySignalsFor } from './passkeys-section.ts'
import type { Notices } from './notices.ts'
import { eventOf } from './portal.ts'
import type { Visit } from './portal.ts'
import { checkProfile, typedProfile } from './profile.ts'
import { frameOf } from './sections.ts'
import type { PortalSection } from './sections.ts'

const fields = z.partialRecord(z.enum(profileFields), z.string())
const problem = z.enum(['text', 'url', 'locale', 'zone'])
const notice = z.union([
  z.object({ saved: z.literal(true) }),
  z.object({ typed: fields, problems: z.partialRecord(z.enum(profileFields), problem) }),
])

/** Name and the other claims a person fills in. User name, groups and roles are not theirs to choose. */
export function createProfileSection(deps: {
  readonly accounts: Pick<Accounts, 'hold'>
  readonly audit: Pick<Audit, 'append'>
  readonly notices: Notices
  readonly passkeys: Pick<Passkeys, 'accepted' | 'count'>
}): PortalSection {
  const { accounts, audit, notices, passkeys } = deps

  /** Only these fields, on the account as it is now: what an operator changed meanwhile stays (Q80). */
  async function save(visit: Visit, changes: Pick<Profile, ProfileField>): Promise<void> {
    const { tenant, account } = visit
    await accounts.hold(tenant.id, account.id, async (held) => {
      const before = held.account.profile
      const kept = Object.fromEntries(
        Object.entries(before).filter(([name]) => !profileFields.some((field) => field === name)),
      )
      const profile = { ...kept, ...changes }
      if (isDeepStrictEqual(before, profile)) return
      await held.save({ profile })
      await audit.append(eventOf(visit, 'account.profile_changed'), held.within)
    })
  }

  return {
    pages: {
      async profile(visit) {
        const told = await notices.take(visit, 'profile', notice)
        const { profile, email, emailVerified, tenantId, id } = visit.account
        const hasPasskey = (await passkeys.count(tenantId, id)) > 0
        const failed = told && 'problems' in told ? told : undefined
        return profilePage({
          frame: frameOf(visit),
          values: failed?.typed ?? profile,
          problems: failed?.problems,
          facts: { email, emailVerified, username: profile.preferred_username },
          saved: told && 'saved' in told,
          // where My account begins, and where a name changes
          signals: hasPasskey ? await passkeySignalsFor(visit, passkeys) : undefined,
        })
      },
    },
    actions: {
      async profile(visit, form) {
        const typed = typedProfile(form)
        const checked = checkProfile(typed)
        if (checked.outcome === 'valid') await save(visit, checked.profile)
        const { outcome } = checked
        const told = outcome === 'valid' ? { saved: true } : { typed, problems: checked.problems }
        await notices.leave(visit, 'profile', told)
        return { page: 'profile' }
      },
    },
  }
}
