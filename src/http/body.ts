import { koaBody } from 'koa-body'
import type { Context, Middleware } from 'koa'
import { AppError } from '#kit/errors.ts'
import { limits } from './limits.ts'

/** Our routes only: the engine reads its own bodies, and would find nothing left. Files are never accepted. */
export type BodyReader = (ctx: Context) => Promise<Body>

export type Body = { readonly text: string; readonly parsed: unknown }

export const formType = 'application/x-www-form-urlencoded'

/** Small documents that a page of ours posts. */
export const readFormBody = createBodyReader({
  urlencoded: true,
  limit: limits.form,
  jsonTypes: ['application/json'],
})

/** What another site lets the browser post: a form, nothing else. */
export const readLargeFormBody = createBodyReader({
  urlencoded: true,
  limit: limits.largeForm,
  jsonTypes: [],
})

/** Documents of the management API and of SCIM. */
export const readJsonBody = createBodyReader({
  urlencoded: false,
  limit: limits.json,
  jsonTypes: ['application/json', 'application/merge-patch+json', 'application/scim+json'],
})

type ReaderOptions = {
  readonly urlencoded: boolean
  readonly limit: number
  readonly jsonTypes: string[]
}

function createBodyReader({ urlencoded, limit, jsonTypes }: ReaderOptions): BodyReader {
  const parse: Middleware = koaBody({
    urlencoded,
    urlencodedTypes: [formType],
    json: jsonTypes.length > 0, // none would mean all
    jsonTypes,
    multipart: false,
    text: false,
    formLimit: limit,
    jsonLimit: limit,
    includeUnparsed: true,
    parsedMethods: ['POST', 'PUT', 'PATCH', 'DELETE'] as never, // its type is an enum, which this code cannot name
    // The text itself is parsed in `form.ts`: qs would merge duplicates and build objects out of brackets.
    queryString: { parameterLimit: 1, depth: 0, allowDots: false },
  })

  return async (ctx) => {
    if (isEmpty(ctx)) return { text: '', parsed: undefined }
    const types = urlencoded ? [formType, ...jsonTypes] : jsonTypes
    const encoding = ctx.get('content-encoding')
    if (typeof ctx.is(types) !== 'string' || (encoding !== '' && encoding !== 'identity'))
      throw unsupportedType(types)
    try {
      await parse(ctx, () => Promise.resolve())
    } catch (error) {
      throw refusal(error, ctx)
    }
    return bodyOf(ctx)
  }
}

function isEmpty(ctx: Context): boolean {
  const { headers } = ctx.req
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
}

type Untyped = { readonly body: unknown; readonly rawBody: unknown }

function bodyOf(ctx: Context): Body {
  const { body, rawBody } = ctx.request as unknown as Untyped // koa-body types one as any, the other not at all
  return { text: typeof rawBody === 'string' ? rawBody : '', parsed: body }
}

/** Translates what the parser throws for a client's mistakes, by its own words; everything else stays a bug. */
function refusal(error: unknown, ctx: Context): unknown {
  if (error instanceof SyntaxError) return malformedBody({ cause: error })
  const type: unknown = error instanceof Error && 'type' in error ? error.type : undefined
  if (type === 'entity.too.large') {
    ctx.set('connection', 'close') // the rest of the body is not read
    return new AppError({
      code: 'http.body_too_large',
      status: 413,
      message: 'What was sent is too large.',
    })
  }
  const isCutOff =
    type === 'request.aborted' || type === 'request.size.invalid' || ctx.req.destroyed
  return isCutOff ? malformedBody({ cause: error }) : error
}

export function malformedBody(options: { detail?: string; cause?: unknown } = {}): AppError {
  return new AppError({
    code: 'http.malformed_body',
    status: 400,
    message: 'What was sent could not be read.',
    ...options,
  })
}

function unsupportedType(types: readonly string[]): AppError {
  return new AppError({
    code: 'http.unsupported_type',
    status: 415,
    message: `Send the data as ${types.join(' or ')}, without content encoding.`,
  })
}
