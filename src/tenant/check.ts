import { codePoints, isCleanText } from '#kit/text.ts'
import { issuerProblem } from './issuer.ts'
import { mainSlug, slugPattern, tenantSettings } from './tenant.ts'
import type { CreateTenant, TenantSettings } from './tenant.ts'

type Checked =
  | { readonly settings: TenantSettings; readonly problems?: undefined }
  | { readonly problems: readonly string[] }

/** Everything that is wrong with a tenant, at once; or its settings with their defaults. */
export function checkTenant(input: CreateTenant, mainIssuer: string): Checked {
  const settings = tenantSettings.safeParse(input.settings ?? {})
  const problems = [
    slugPattern.test(input.slug)
      ? undefined
      : 'slug must be 2 to 40 lower-case letters, digits and hyphens, beginning with a letter',
    isName(input.name) ? undefined : 'name must be 1 to 100 characters',
    ownIssuerProblem(input, mainIssuer),
    ...(settings.error?.issues ?? []).map(
      (issue) => `${['settings', ...issue.path].join('.')}: ${issue.message}`,
    ),
  ].filter((problem) => problem !== undefined)
  return settings.success && problems.length === 0 ? { settings: settings.data } : { problems }
}

function isName(name: string): boolean {
  return name.trim() !== '' && codePoints(name) <= 100 && isCleanText(name)
}

function ownIssuerProblem({ slug, issuer }: CreateTenant, mainIssuer: string): string | undefined {
  if (issuer === undefined) return undefined
  if (slug === mainSlug) return 'the issuer of the main tenant is set by ISSUER'
  return issuerProblem(issuer, mainIssuer)
}
