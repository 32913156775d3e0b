import { acrPhishingResistant } from '#client/client.ts'
import { federatedAmr } from '#login/login.ts'
import { ownerRole } from './federation.ts'
import type { Enforcement, HomeRealms } from './federation.ts'

/**
 * SECURITY: asked on every path that opens an account, whatever was proved there. An owner's passkey is the one way past it,
 * and what it proves must not be what somebody could have been talked out of.
 */
export function createEnforcement({ ofEmail }: HomeRealms): Enforcement {
  return {
    async instead({ tenantId, email, roles }, { acr, amr, via }) {
      const realm = await ofEmail(tenantId, email)
      if (!realm?.isEnforced) return undefined
      if (via === undefined ? amr.includes(federatedAmr) : via === realm.connection.id)
        return undefined
      const isBreakingGlass = roles.includes(ownerRole) && acr === acrPhishingResistant
      return isBreakingGlass ? undefined : realm.connection
    },

    async ofEmail(tenantId, email) {
      const realm = await ofEmail(tenantId, email)
      return realm?.isEnforced ? realm.connection : undefined
    },
  }
}
