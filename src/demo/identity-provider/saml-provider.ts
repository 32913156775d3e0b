import { inflateRawSync } from 'node:zlib'
import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { ReadForm } from '#http/http.ts'
import type { Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import type { KeyDeriver } from '#kit/sealer.ts'
import type { Html } from '#views/html.ts'
import { employees } from './identity-provider.ts'
import type { PeopleForm, ServiceProvider } from './identity-provider.ts'
import { createOneTime } from './one-time.ts'
import { samlResponse } from './saml-response.ts'
import { certificateOf, demoSigningKey } from './saml-signature.ts'

export type SamlProviderDeps = {
  /** Of the identity provider; this one is `/employees` below it. */
  readonly origin: string
  readonly serviceProvider: ServiceProvider
  readonly keys: KeyDeriver
  /** Who are you? */
  readonly page: (ctx: Context, form: PeopleForm) => Html
  /** Sends the browser on with these fields. */
  readonly forward: (ctx: Context, action: string, fields: Readonly<Record<string, string>>) => Html
  readonly readForm: ReadForm
  readonly clock: Clock
}

type Asked = { readonly id: string; readonly relayState: string }

/** The smallest SAML identity provider: a request by redirect, an answer by POST, to the one address it knows. */
export function createSamlProvider(deps: SamlProviderDeps): Router {
  const { origin, serviceProvider: to, clock } = deps
  const entityId = `${origin}/employees/metadata`
  const asked = createOneTime<Asked>(600_000, clock)
  const key = demoSigningKey(deps.keys)
  let certificate: Promise<string> | undefined
  const router = new Router({ prefix: '/employees' })

  router.get('/metadata', async (ctx) => {
    certificate ??= certificateOf(key, clock.now())
    ctx.type = 'application/samlmetadata+xml'
    ctx.body = metadataOf(entityId, `${origin}/employees/sso`, await certificate)
  })

  router.get('/sso', (ctx) => {
    const { SAMLRequest: request, RelayState: relayState } = ctx.query
    const id = typeof request === 'string' ? idOf(request) : undefined
    if (id === undefined || typeof relayState !== 'string') throw unreadable()
    const form = {
      people: employees,
      action: '/employees/sso',
      csrf: asked.add({ id, relayState }),
    }
    ctx.type = 'html'
    ctx.body = deps.page(ctx, form).toString()
  })

  router.post('/sso', async (ctx) => {
    const form = await deps.readForm(ctx)
    const request = asked.take(form.get('csrf') ?? '')
    if (!request) throw unreadable()
    const person = employees.find(({ id }) => id === form.get('person'))
    const answer = { entityId, to, inResponseTo: request.id, person, key, now: clock.now() }
    const fields = { SAMLResponse: samlResponse(answer), RelayState: request.relayState }
    ctx.type = 'html'
    ctx.body = deps.forward(ctx, to.acs, fields).toString()
  })

  return router
}

/** All that is taken of a request: where the answer goes is settled, so that nobody's signature needs to be looked at. */
function idOf(request: string): string | undefined {
  try {
    const xml = inflateRawSync(Buffer.from(request, 'base64'), { maxOutputLength: 16_384 })
    return /^<samlp:AuthnRequest [^<>]*\bID="([\w-]{1,64})"/.exec(xml.toString())?.[1]
  } catch {
    return undefined
  }
}

function metadataOf(entityId: string, sso: string, certificate: string): string {
  return [
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}">`,
    '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" WantAuthnRequestsSigned="false">',
    `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
    `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${sso}"/>`,
    '</md:IDPSSODescriptor></md:EntityDescriptor>',
  ].join('')
}

function unreadable(): AppError {
  return new AppError({
    code: 'demo.request_unreadable',
    status: 400,
    message: 'This identity provider cannot read what it was sent. Start again at the application.',
  })
}
