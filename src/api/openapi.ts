import { z } from 'zod'
import type { Endpoint, Security } from './api.ts'
import { refusals } from './refusals.ts'

/** The body of every refusal and failure (DESIGN §6). */
export const errorBody = z.strictObject({
  error: z.strictObject({
    code: z.string().describe('Stable: `room.reason`'),
    message: z.string().describe('For a developer to read'),
    details: z.unknown().describe('What was wrong where, or null'),
    request_id: z.string(),
    timestamp: z.iso.datetime(),
  }),
})

/** OpenAPI 3.1, made of the declarations themselves; `servers` is for whoever knows the issuer to add. */
export function openApiDocument(endpoints: readonly Endpoint[]) {
  const paths: Record<string, Record<string, object>> = {}
  for (const endpoint of endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint) }
  }
  return {
    openapi: '3.1.0' as const,
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Signet',
      version: '1',
      description: 'Signing in and everything around it, for first-party front ends.',
    },
    paths,
    components: {
      schemas: { Error: schemaOf(errorBody, 'output') },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The access token that signing in answers. Cookies are never read.',
        },
        client_basic: {
          type: 'http',
          scheme: 'basic',
          description: 'For applications registered with client_secret_basic.',
        },
      },
    },
  }
}

function operation(endpoint: Endpoint): object {
  const { method, path, summary, security, body } = endpoint
  return {
    operationId: `${method}${path.replace(/[^a-z]+(\w?)/gi, (_, next: string) => next.toUpperCase())}`,
    summary,
    security: securityOf[security],
    parameters: [...parameters(endpoint.params, 'path'), ...parameters(endpoint.query, 'query')],
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemaOf(body, 'input') } },
      },
    }),
    responses: {
      ...answers(endpoint),
      ...refused(endpoint),
      default: failure('Any other failure'),
    },
  }
}

/** The empty one: an application that is registered without a secret names itself in the body. */
const securityOf: Readonly<Record<Security, readonly object[]>> = {
  open: [],
  client: [{ client_basic: [] }, {}],
  bearer: [{ bearer: [] }],
}

function parameters(schema: z.ZodObject | undefined, place: 'path' | 'query'): readonly object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, type]) => ({
    name,
    in: place,
    required: place === 'path' || !z.safeParse(type, undefined).success,
    schema: schemaOf(type as z.ZodType, 'input'), // zod types a shape by its core
  }))
}

function answers({ answers }: Endpoint): object {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema }]) => [
      status,
      schema
        ? { description, content: { 'application/json': { schema: schemaOf(schema, 'output') } } }
        : { description },
    ]),
  )
}

function refused(endpoint: Endpoint): object {
  const codes = new Set([
    'api.invalid_input' as const,
    'api.origin_refused' as const,
    ...(endpoint.security === 'bearer'
      ? (['api.token_required', 'api.token_invalid'] as const)
      : []),
    ...endpoint.refusals,
  ])
  const byStatus = Map.groupBy(codes, (code) => refusals[code][0])
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      failure(same.map((code) => `\`${code}\`: ${refusals[code][1]}`).join(' ')),
    ]),
  )
}

function failure(description: string): object {
  const schema = { $ref: '#/components/schemas/Error' }
  return { description, content: { 'application/json': { schema } } }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' })
  return rest
}
