import type { en } from './en.ts'
import type { Plural } from './message.ts'

/** English is the reference: its keys and placeholders are what the screens are checked against. */
export type Key = keyof typeof en

/** Another language. A missing key, or one sentence where several are needed, is a compile error. */
export type Translation = {
  readonly [K in Key]: (typeof en)[K] extends string ? string : Plural
}

type Placeholder<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never

type Wrapper<S extends string> = S extends `${string}](${infer Name})${infer Rest}`
  ? Name | Wrapper<Rest>
  : never

type Sentence<K extends Key> = (typeof en)[K] extends string
  ? (typeof en)[K]
  : (typeof en)[K] extends { readonly other: infer Other extends string }
    ? Other
    : never

type CountOf<K extends Key> = (typeof en)[K] extends string ? never : 'count'

/** What a message needs: a value for each placeholder, something to make of each run of linked words. */
export type Params<K extends Key, Value, Wrap> = {
  readonly [N in Placeholder<Sentence<K>> | CountOf<K>]: N extends 'count' ? number : Value
} & { readonly [N in Wrapper<Sentence<K>>]: Wrap }

/** No second argument where nothing is to be filled in. */
export type ParamsArgument<K extends Key, Value, Wrap> = keyof Params<K, Value, Wrap> extends never
  ? readonly []
  : readonly [params: Params<K, Value, Wrap>]
