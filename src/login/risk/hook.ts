import { z } from 'zod'
import type { Egress } from '#http/http.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import { riskLevels, type RiskHook } from './risk.ts'

/** Milliseconds: a person waits for it. */
const patience = 1000
const maxBytes = 16 * 1024

/** What it answers: a level, and what the audit shall say. Anything else is no answer. */
const answer = z.object({
  level: z.enum(riskLevels),
  score: z.number().min(0).max(1_000_000).optional(),
  reasons: z
    .array(z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/))
    .max(20)
    .default([]),
})

/**
 * Asks an operator's endpoint (`RISK_HOOK_URL`) by POST, JSON both ways, within a second: its word stands in the place of
 * ours. SECURITY: silence, an error or nonsense is no word at all, and ours stands then: never `low` for want of an answer (Q50).
 */
export function createRiskHook(deps: {
  readonly url: string
  readonly egress: Egress
  readonly logger: Logger
}): RiskHook {
  const { url, egress, logger } = deps

  return async ({ signIn, signals, builtIn }) => {
    const { tenant, account, ip, userAgent, requestId } = signIn
    const request = { ip, user_agent: userAgent, request_id: requestId }
    const question = { tenant: tenant.slug, sub: account.id, request, signals, built_in: builtIn }
    try {
      const response = await egress(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(question),
        signal: AbortSignal.timeout(patience),
        maxBytes,
      })
      if (response.status !== 200) throw new Error(`answered ${response.status}`)
      const { level, score = builtIn.score, reasons } = answer.parse(await response.json())
      return { level, score, reasons }
    } catch (error) {
      logger.warn('the risk hook gave no answer', { err: error })
      return undefined
    }
  }
}
