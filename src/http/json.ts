import type { Context } from 'koa'
import { hasUnstorableEscape } from '#kit/text.ts'
import { malformedBody, readJsonBody } from './body.ts'
import { limits } from './limits.ts'

/**
 * The JSON document of a management request, not yet checked against any schema; undefined when nothing was sent.
 * Throws `AppError` 400, 413 or 415 (Q92, Q93).
 */
export async function readJson(ctx: Context): Promise<unknown> {
  const { parsed } = await readJsonBody(ctx)
  if (parsed === undefined) return undefined
  // Depth first: what is nested too deeply would overflow the stack of whatever walks it.
  if (!isShallow(parsed, limits.jsonDepth)) throw malformedBody({ detail: 'nested too deeply' })
  if (hasUnstorableEscape(JSON.stringify(parsed)))
    throw malformedBody({ detail: 'NUL or an unpaired surrogate' })
  return parsed
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1))
}
