/** Whether the other side can be asked, as far as is known here. */
export type Health = {
  /** `degraded`: it works from what was kept, or something is about to end. `unknown`: nobody asked yet. */
  readonly state: 'ok' | 'degraded' | 'failing' | 'unknown'
  readonly checks: readonly HealthCheck[]
}

/** Of several, the one to look at; undefined where there is none. */
export function worstState(states: readonly Health['state'][]): Health['state'] | undefined {
  const worstFirst = ['failing', 'degraded', 'unknown', 'ok'] as const
  return worstFirst.find((state) => states.includes(state))
}

export type HealthCheck = {
  /** Stable: `discovery`, `jwks`, `metadata`, `certificate` … */
  readonly name: string
  readonly state: Health['state']
  /** For administrators; no secret. */
  readonly detail: string
  /** When it was looked at last, and when it ends. */
  readonly checkedAt?: Date | undefined
  readonly endsAt?: Date | undefined
}
