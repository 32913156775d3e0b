import type { ForeignIdentity } from '../federation.ts'
import { attributesOf, profileOf, saidOf, textOf, textsOf, type Said } from './claims.ts'
import type { Who } from './oidc.ts'

/** What is the same whoever said it. `now`: epoch seconds. */
export function foreignIdentity(who: Who, said: Said, now: number): ForeignIdentity {
  const claims = saidOf(said)
  const { auth_time: authTime, acr, amr, sid } = said.token
  return {
    ...who,
    profile: profileOf(claims),
    attributes: attributesOf(claims),
    authentication: {
      at: typeof authTime === 'number' ? Math.min(Math.floor(authTime), now) : now,
      acr: textOf(acr),
      amr: (textsOf(amr) ?? []).slice(0, 20),
      until: undefined,
    },
    session: { index: textOf(sid), hint: undefined },
  }
}
