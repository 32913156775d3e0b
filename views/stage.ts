import type { Html } from './html.ts'
import type { Page } from './layout.ts'

/** One screen in one state, for the gallery at `/dev/views` and the tests. */
export type Sample = { readonly name: string; readonly html: Html }

export type SamplesOptions = {
  readonly page: Page
  /** What every text and address from outside is replaced with: the tests say something hostile. */
  readonly text?: ((text: string) => string) | undefined
  readonly url?: ((url: string) => string) | undefined
}

export type Stage = Required<{ [K in keyof SamplesOptions]: NonNullable<SamplesOptions[K]> }>
export type Samples = Readonly<Record<string, Html>>
