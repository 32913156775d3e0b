import { mock } from 'node:test'
import type { ArtifactModel } from '#oidc/oidc.ts'
import type { World } from './world.ts'

type Step = 'upsert' | 'update' | 'destroy' | 'consume'

/**
 * Does `act` once, right before or after the store is asked for this step: what another process does while a request runs.
 * Gives whether it came to that.
 */
export function meanwhile(
  { app }: World,
  moment: { readonly before?: Step; readonly after?: Step; readonly model: ArtifactModel },
  act: () => Promise<unknown>,
): { readonly happened: () => boolean } {
  const store = app.artifacts
  const step = moment.before ?? moment.after ?? 'upsert'
  const original = store[step] as (...args: readonly unknown[]) => Promise<unknown>
  let hasHappened = false
  async function watched(...args: readonly unknown[]): Promise<unknown> {
    const isIt = !hasHappened && modelOf(args[1]) === moment.model
    if (!isIt) return original(...args)
    hasHappened = true
    spied.mock.restore()
    if (moment.before) await act()
    const answer = await original(...args)
    if (moment.after) await act()
    return answer
  }
  const spied = mock.method(store, step, watched as never) as unknown as {
    mock: { restore(): void }
  } // its types want each method's own
  return { happened: () => hasHappened }
}

function modelOf(what: unknown): unknown {
  return typeof what === 'string' ? what : (what as { model: string }).model
}
