/**
 * A message is a sentence with `{values}` and `[linked words](wrapper)`; or several by plural category of `count`.
 */
export type Message = string | Plural

export type Plural = Partial<Readonly<Record<Intl.LDMLPluralRule, string>>> & {
  readonly other: string
}
