import type { z } from 'zod'
import type { Account } from '#account/account.ts'
import type { Client } from '#client/client.ts'
import type { SessionUid } from '#kit/ids.ts'
import type { Requester } from '#login/login.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { RefusalCode } from './refusals.ts'

/**
 * The JSON API of a tenant, `/api/v1` below its issuer. An endpoint is one declaration: what it takes, what it answers,
 * who may call it. Validation and the OpenAPI document are both made of it, so neither can say what the other does not.
 */
export const apiPath = '/api/v1'

/** `client`: the application authenticates as it is registered. `bearer`: a person's access token for this API (Q79). */
export type Security = 'open' | 'client' | 'bearer'

/** Who calls with an access token: everything about it was found alive. */
export type Caller = {
  readonly account: Account
  readonly client: Client
  readonly sessionUid: SessionUid
  /** When this person last proved who they are in this session, epoch seconds; and what that was (Q64). */
  readonly provedAt: number
  readonly acr: string | undefined
  /** Of the token. */
  readonly scopes: readonly string[]
}

/** What an endpoint works with; params, query and body as their schemas returned them. */
export type Call<Params, Query, Body, Kind extends Security> = {
  readonly tenant: Tenant
  readonly requester: Omit<Requester, 'deviceCookie'>
  /** Headers that take part in the authentication of a client, as they came. */
  readonly headers: {
    readonly authorization: string | undefined
    readonly origin: string | undefined
    /** RFC 9110 §13.1.1. */
    readonly ifMatch: string | undefined
  }
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly caller: Kind extends 'bearer' ? Caller : undefined
}

type AnswerSpec = { readonly description: string; readonly schema?: z.ZodObject }
export type Answers = Readonly<Record<number, AnswerSpec>>

/** An answer as declared: its status, and a body where the declaration has one. */
type AnswerOf<Declared extends Answers> = {
  [Status in keyof Declared]: Declared[Status] extends { readonly schema: infer Schema }
    ? { readonly status: Status; readonly body: z.input<Schema> }
    : { readonly status: Status }
}[keyof Declared] & {
  /** Of what is shown: goes out as its `ETag`, and comes back as `If-Match`. */
  readonly version?: number
}

export type Refused<Code extends RefusalCode> = {
  readonly refused: Code
  readonly details?: unknown
  /** Seconds. */
  readonly retryAfter?: number | undefined
}

export type Declaration<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodObject,
  Kind extends Security,
  Code extends RefusalCode,
  Declared extends Answers,
> = {
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** Below `apiPath`, parameters in braces: `/auth/sessions/{id}`. */
  readonly path: string
  readonly summary: string
  readonly security: Kind
  readonly params?: Params
  readonly query?: Query
  /** Left out: nothing may be sent. */
  readonly body?: Body
  readonly answers: Declared
  /** Every refusal of its own; those of the frame are everybody's. */
  readonly refusals: readonly Code[]
  readonly handle: (
    call: Call<z.output<Params>, z.output<Query>, z.output<Body>, Kind>,
  ) => Promise<AnswerOf<Declared> | Refused<NoInfer<Code>>>
}

/** What the frame knows of an endpoint. */
export type Endpoint = Omit<
  Declaration<z.ZodObject, z.ZodObject, z.ZodObject, Security, RefusalCode, Answers>,
  'handle'
> & {
  readonly handle: (call: Call<never, never, never, never>) => Promise<Outcome>
}

export type Outcome =
  | { readonly status: number | string; readonly body?: unknown; readonly version?: number }
  | Refused<RefusalCode>

/** Checks a declaration against itself: the handler takes what the schemas give, and answers only what is declared. */
export function endpoint<
  Kind extends Security,
  Code extends RefusalCode,
  const Declared extends Answers,
  Params extends z.ZodObject = z.ZodObject<Record<string, never>>,
  Query extends z.ZodObject = z.ZodObject<Record<string, never>>,
  Body extends z.ZodObject = z.ZodObject<Record<string, never>>,
>(declaration: Declaration<Params, Query, Body, Kind, Code, Declared>): Endpoint {
  return declaration as unknown as Endpoint // what differs was just checked by its own types
}
