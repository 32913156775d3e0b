import type { TotpLogin } from '#login/totp/totp.ts'
import { createCodeWay, type CodeWayDeps } from './code-way.ts'
import type { Way } from './second-step.ts'

/** What an authenticator app shows just now. */
export function createTotpWay(deps: CodeWayDeps & { readonly totp: TotpLogin }): Way {
  const { verify } = deps.totp
  return createCodeWay(deps, { method: 'totp', answer: 'confirm-app', verify })
}
