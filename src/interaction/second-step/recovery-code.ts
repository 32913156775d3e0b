import type { RecoveryCodeLogin } from '#login/recovery-code/recovery-code.ts'
import { createCodeWay, type CodeWayDeps } from './code-way.ts'
import type { Way } from './second-step.ts'

/** A code on paper, for who has lost the other factor. */
export function createRecoveryCodeWay(
  deps: CodeWayDeps & { readonly recoveryCodes: RecoveryCodeLogin },
): Way {
  const { verify } = deps.recoveryCodes
  return createCodeWay(deps, { method: 'recovery_code', answer: 'confirm-recovery', verify })
}
