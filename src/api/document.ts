import { z } from 'zod'
import { apiPath, endpoint } from './api.ts'
import type { Endpoint } from './api.ts'
import { openApiDocument } from './openapi.ts'

/** The description of the API, itself among what is described. */
export function documentEndpoint(endpoints: readonly Endpoint[]): Endpoint {
  const own = endpoint({
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    security: 'open',
    answers: {
      200: { description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.literal('3.1.0') }) },
    },
    refusals: [],
    handle: async ({ tenant }) => {
      const servers = [{ url: tenant.issuer + apiPath }]
      return { status: 200, body: { ...document, servers } }
    },
  })
  const document = openApiDocument([...endpoints, own])
  return own
}
