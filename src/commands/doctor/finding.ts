/** What one check found. `fix` names the one setting or command that helps. */
export type Finding = {
  readonly check: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly message: string
  readonly fix?: string
}

export function ok(check: string, message: string): Finding {
  return { check, status: 'ok', message }
}

export function warn(check: string, message: string, fix: string): Finding {
  return { check, status: 'warn', message, fix }
}

export function fail(check: string, message: string, fix: string): Finding {
  return { check, status: 'fail', message, fix }
}

/** Looks; what rejects is a failure of this check, and the next one still runs. */
export async function attempt(
  check: string,
  fix: string,
  look: () => Promise<Finding | readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return [await look()].flat()
  } catch (error) {
    return [fail(check, reasonOf(error), fix)]
  }
}

/** The innermost cause says most: what a driver or the network answered. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message || error.name
}
