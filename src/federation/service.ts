import { acrPhishingResistant } from '#client/client.ts'
import { federatedAmr } from '#login/login.ts'
import { ownerRole } from './federation.ts'
import type { Connections, Enforcement, HomeRealms } from './federation.ts'

/**
 * SECURITY: asked on every path that opens an account, whatever was proved there. An owner's passkey is the one way past it,
 * and what it proves must not be what somebody could have been talked out of.
 */
export function createEnforcement({
  ofEmail,
  isActive,
}: HomeRealms & Pick<Connections, 'isActive'>): Enforcement {
  const instead: Enforcement['instead'] = async ({ tenantId, email, roles }, signIn) => {
    const { acr, amr, via } = signIn
    const realm = await ofEmail(tenantId, email)
    if (!realm?.isEnforced) return undefined
    if (via === undefined ? amr.includes(federatedAmr) : via === realm.connection.id)
      return undefined
    const isBreakingGlass = roles.includes(ownerRole) && acr === acrPhishingResistant
    return isBreakingGlass ? undefined : realm.connection
  }

  return {
    instead,

    async stands(account, signIn) {
      const { via } = signIn
      if (via !== undefined && !(await isActive(account.tenantId, via))) return false
      return (await instead(account, signIn)) === undefined
    },

    async ofEmail(tenantId, email) {
      const realm = await ofEmail(tenantId, email)
      return realm?.isEnforced ? realm.connection : undefined
    },
  }
}
