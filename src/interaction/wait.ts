import type { Notice } from './interaction.ts'

/** Seconds this person has to wait before the next try; 0 when they need not. */
export function waitOf(notice: Notice | undefined, now: number): number {
  return notice?.kind === 'throttled' ? Math.max(0, notice.until - now) : 0
}

/** True when no wait of theirs ends it, but a new password or a known device. */
export function isLocked(notice: Notice | undefined): boolean {
  return notice?.kind === 'throttled' && notice.isLocked === true
}
