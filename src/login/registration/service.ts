import type { Accounts } from '#account/account.ts'
import type { CodeProved } from '../email-code/email-code.ts'
import { createBegin, type BeginDeps } from './begin.ts'
import { createRegister, type CreateDeps } from './create.ts'
import { applicantFrom } from './applicant.ts'
import { modeOf, type ApplicantProved, type Registrations } from './registration.ts'

export type RegistrationDeps = CreateDeps &
  BeginDeps & { readonly accounts: Pick<Accounts, 'create' | 'findByEmail'> }

export function createRegistrations(deps: RegistrationDeps): Registrations {
  const { emailCodes } = deps
  const purpose = 'register'

  return {
    isOpenTo: (tenant, invitation) => modeOf(tenant, invitation !== undefined) !== 'closed',

    begin: createBegin(deps),

    async verify(input) {
      const verdict = await emailCodes.verify({ ...input, purpose })
      return verdict.kind === 'proved' ? proved(verdict) : verdict
    },

    look: (input) => emailCodes.look({ ...input, purpose }),

    async consume(input) {
      const end = await emailCodes.consume({ ...input, purpose })
      return end.kind === 'proved' ? proved(end) : end
    },

    create: createRegister(deps),
  }
}

function proved({ email, data }: CodeProved): ApplicantProved {
  return { kind: 'proved', applicant: applicantFrom(email, data), data }
}
