import type { Assets } from '#views/assets.ts'
import { pickLocale } from '#views/messages.ts'
import { basePathOf } from './tenant.ts'
import type { PageOf } from './tenant.ts'

/** What every page of a tenant has in common, in the reader's language. */
export function createPageOf(assets: Pick<Assets, 'url'>): PageOf {
  return (tenant, { headers, uiLocales }) => {
    const { settings } = tenant
    return {
      locale: pickLocale({
        uiLocales,
        acceptLanguage: headers['accept-language'],
        fallback: settings.default_locale,
      }),
      tenant: {
        name: tenant.name,
        supportUrl: settings.support_url,
        supportEmail: settings.support_email,
        privacyUrl: settings.privacy_url,
        termsUrl: settings.terms_url,
      },
      basePath: basePathOf(tenant),
      assets: assets.url,
    }
  }
}
