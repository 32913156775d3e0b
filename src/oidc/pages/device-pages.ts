import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { AppError } from '#kit/errors.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import { deviceCodePage } from '#views/device-code.ts'
import type { DeviceCodeError } from '#views/device-code.ts'
import { deviceConfirmPage } from '#views/device-confirm.ts'
import { deviceDonePage } from '#views/device-done.ts'
import { xsrfOf } from '../param.ts'
import { routes } from '../routes.ts'
import { applyStatus, createErrorPage } from './error-page.ts'
import { clientName, pageFor, render } from './render.ts'
import type { PageDeps } from './render.ts'

type DeviceFlow = NonNullable<NonNullable<Configuration['features']>['deviceFlow']>

/** The pages of RFC 8628 §3.3: the engine's own lack labels and load foreign fonts. */
export function devicePages(
  deps: PageDeps & { readonly logger: Logger },
): Required<Pick<DeviceFlow, 'userCodeInputSource' | 'userCodeConfirmSource' | 'successSource'>> {
  const renderError = createErrorPage(deps)

  return {
    async userCodeInputSource(ctx, _form, out, error) {
      if (error) forgetUnsaved(ctx)
      if (error?.name === 'AbortedError') {
        return render(ctx, deviceDonePage({ page: pageFor(ctx, deps), outcome: 'denied' }))
      }
      if (error && out && !isAboutTheCode(error)) return renderError(ctx, out, error)
      if (error instanceof AppError) applyStatus(ctx, error)
      render(
        ctx,
        deviceCodePage({
          page: pageFor(ctx, deps),
          action: ctx.oidc.urlFor('code_verification'),
          xsrf: xsrfOf(ctx),
          userCode: prefilledCode(ctx, error),
          error: error && problemOf(error),
        }),
      )
    },

    // oxlint-disable-next-line max-params -- the engine's signature
    async userCodeConfirmSource(ctx, _form, client, deviceInfo, userCode) {
      render(
        ctx,
        deviceConfirmPage({
          page: pageFor(ctx, deps),
          action: ctx.oidc.urlFor('code_verification'),
          xsrf: xsrfOf(ctx),
          userCode,
          clientName: client.clientName ?? client.clientId,
          from: [deviceInfo['ua'], deviceInfo['ip']].filter((part) => typeof part === 'string'),
        }),
      )
    },

    async successSource(ctx) {
      const props = { outcome: 'connected', clientName: clientName(ctx) } as const
      render(ctx, deviceDonePage({ page: pageFor(ctx, deps), ...props }))
    },
  }
}

/**
 * `verification_uri_complete` only fills the field in: the person still looks at it and sends it (RFC 8628 §3.3.1). Put
 * before the engine, which would post it onwards by a script.
 */
export async function keepPrefilledCode(
  ctx: KoaContextWithOIDC,
  next: () => Promise<void>,
): Promise<void> {
  if (ctx.method === 'GET') keepCode(ctx)
  await next()
}

function keepCode(ctx: KoaContextWithOIDC): void {
  // the engine's router ignores case and a trailing slash
  if (ctx.path.toLowerCase().replace(/\/$/, '') !== routes.code_verification) return
  const code = ctx.query['user_code']
  if (typeof code !== 'string') return
  ctx.state['userCode'] = code.slice(0, 64)
  ctx.query = {}
}

/** The engine writes into a session it has never saved, and then fails to save it: a form sent without a cookie. */
function forgetUnsaved(ctx: KoaContextWithOIDC): void {
  const { session } = ctx.oidc
  if (session && session.exp === undefined) Object.assign(session, { touched: false })
}

const codeErrors: ReadonlySet<string> = new Set([
  'NoCodeError',
  'NotFoundError',
  'ExpiredError',
  'AlreadyUsedError',
])

/** What a person can mend by typing another code, now or later; anything else is a page of its own. */
function isAboutTheCode(error: Error): boolean {
  return codeErrors.has(error.name) || (error instanceof AppError && error.status === 429)
}

function prefilledCode(ctx: KoaContextWithOIDC, error: Error | undefined): string | undefined {
  const typed: unknown = error && 'userCode' in error ? error.userCode : ctx.state['userCode']
  return typeof typed === 'string' ? typed : undefined
}

function problemOf(error: Error): DeviceCodeError {
  if (error instanceof AppError && error.status === 429) {
    return { kind: 'throttled', retryAfter: error.retryAfter ?? 60 }
  }
  switch (error.name) {
    case 'NoCodeError':
      return { kind: 'required' }
    case 'ExpiredError':
      return { kind: 'expired' }
    case 'AlreadyUsedError':
      return { kind: 'used' }
    default:
      return { kind: 'wrong' }
  }
}
