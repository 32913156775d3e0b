import type { Page } from './layout.ts'

/** One screen in one state, for the gallery at `/dev/views` and the tests. */
export type Sample = { readonly name: string; readonly html: string }

export function samples(_page: Page): readonly Sample[] {
  return []
}
