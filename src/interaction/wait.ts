import type { Notice } from './interaction.ts'

/** Seconds this person has to wait before the next try; 0 when they need not. */
export function waitOf(notice: Notice | undefined, now: number): number {
  return notice?.kind === 'throttled' ? Math.max(0, notice.until - now) : 0
}
