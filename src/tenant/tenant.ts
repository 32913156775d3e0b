import { z } from 'zod'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { createRequestFact } from '#http/request-fact.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Page } from '#views/layout.ts'
import type { MailFrame } from '#views/mail/mail-layout.ts'
import { pickLocale } from '#views/messages.ts'
import { riskSettings } from './risk-settings.ts'
import { secondFactorSettings } from './second-factor-settings.ts'
import { throttleSettings } from './throttle-settings.ts'

export { secondFactorRule } from './second-factor-settings.ts'
export type { SecondFactorRule } from './second-factor-settings.ts'
export { throttleSettings } from './throttle-settings.ts'

/**
 * A tenant is one issuer with its own people, clients, keys and pages. `main` is the tenant at the root issuer;
 * every other is at `$ISSUER/t/<slug>` unless it brings an issuer of its own.
 */
export type Tenant = {
  readonly id: TenantId
  readonly slug: string
  readonly name: string
  /** The issuer identifier, byte for byte as relying parties compare it. No trailing slash. */
  readonly issuer: string
  readonly status: TenantStatus
  readonly settings: TenantSettings
  /** Grows with every change; whatever is built from a tenant is rebuilt when it does. */
  readonly version: number
}

export type TenantStatus = 'active' | 'disabled'

const httpUrl = z.url({ protocol: /^https?$/ }).max(2048)

/** What a tenant decides for itself. Every key has a default; unknown keys are errors (Q80). */
export const tenantSettings = z.strictObject({
  registration: z.enum(['open', 'invite', 'domains', 'closed']).default('closed'),
  /** Whose addresses may register where `registration` is `domains`: lower-case, in punycode. */
  registration_domains: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/)
        .max(253),
    )
    .max(100)
    .default([]),
  /**
   * A code or link by mail as the way to sign in. `first`: asked for before a password, of everybody alike, so that the
   * page does not tell who has one (Q73).
   */
  email_code: z.enum(['off', 'offered', 'first']).default('off'),
  default_locale: z.enum(['en', 'de']).default('en'),
  support_email: z.email().optional(),
  support_url: httpUrl.optional(),
  privacy_url: httpUrl.optional(),
  terms_url: httpUrl.optional(),
  /** What people who register agree to is recorded in these versions; the address stands for one without. */
  terms_version: z.string().min(1).max(64).optional(),
  privacy_version: z.string().min(1).max(64).optional(),
  /** Minimum length of a password in code points (Q26). */
  password_min_length: z.int().min(8).max(64).default(15),
  ...secondFactorSettings,
  ...throttleSettings,
  ...riskSettings,
})

export type TenantSettings = z.infer<typeof tenantSettings>

/** The slug of the tenant at the root issuer. */
export const mainSlug = 'main'

export const slugPattern = /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/

/** What is stored: the issuer only where the tenant brings its own. */
export type TenantRecord = Omit<Tenant, 'issuer'> & { readonly issuer: string | undefined }

/** Port. Finders return disabled tenants too: the caller decides what disabled means. */
export type TenantStore = {
  findById(id: TenantId, within?: Transaction): Promise<TenantRecord | undefined>
  findBySlug(slug: string, within?: Transaction): Promise<TenantRecord | undefined>
  /** Of a tenant with an issuer of its own. */
  findByIssuer(issuer: string, within?: Transaction): Promise<TenantRecord | undefined>
  list(within?: Transaction): Promise<readonly TenantRecord[]>
  /** False when the slug or the issuer is taken. */
  insert(tenant: TenantRecord, within?: Transaction): Promise<boolean>
  /**
   * Replaces name, issuer, status and settings, and adds one to the version in the same statement.
   * False when there is none, or the issuer is another tenant's.
   */
  update(tenant: TenantRecord, within?: Transaction): Promise<boolean>
}

/** Use cases. Reads are cached for at most a second; a change made in this process is seen at once. */
export type Tenants = {
  findById(id: TenantId): Promise<Tenant | undefined>
  findBySlug(slug: string): Promise<Tenant | undefined>
  /** The tenant whose issuer is exactly this origin and path (custom issuers included). */
  findByIssuer(issuer: string): Promise<Tenant | undefined>
  /** The same, when it is known without asking the store. */
  peekByIssuer(issuer: string): Tenant | undefined
  list(): Promise<readonly Tenant[]>
  /** The tenant at the root issuer; made when it is missing. Several processes that start at once agree. */
  ensureMain(within?: Transaction): Promise<Tenant>
  create(input: CreateTenant, within?: Transaction): Promise<CreateTenantResult>
  /** Throws an `AppError` when the issuer is refused (400) or another tenant's (409). */
  update(tenant: Tenant, within?: Transaction): Promise<void>
}

export type CreateTenant = {
  readonly slug: string
  readonly name: string
  readonly issuer?: string | undefined
  readonly settings?: unknown
}

export type CreateTenantResult =
  | { readonly outcome: 'created'; readonly tenant: Tenant }
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'invalid'; readonly problems: readonly string[] }

/** Who reads a page, as far as it decides the language. */
export type Reader = {
  readonly headers: IncomingHttpHeaders
  /** OIDC Core §3.1.2.1: space-separated, preferred first. Wins over the browser's own languages. */
  readonly uiLocales?: string | undefined
}

/** How a page of this tenant looks to this reader. */
export type PageOf = (tenant: Tenant, reader: Reader) => Page

/** What every mail of this tenant has in common. `locale`: the reader's own wish, such as `de-AT`. */
export function mailFrameOf({ name, settings }: Tenant, locale?: string): MailFrame {
  return {
    locale: pickLocale({ uiLocales: locale, fallback: settings.default_locale }),
    tenant: { name, supportUrl: settings.support_url, supportEmail: settings.support_email },
  }
}

/** What a request is addressed to: a tenant, and a path below its issuer. */
export type Destination = {
  readonly tenant: Tenant
  /** Prefix of the tenant's own paths: `` or `/t/acme`. */
  readonly basePath: string
  /** Path and query below the issuer; begins with a slash. */
  readonly target: string
}

/** Path of an issuer: `` or `/t/acme`. Every address of the tenant begins with it. */
export function basePathOf(tenant: Pick<Tenant, 'issuer'>): string {
  return new URL(tenant.issuer).pathname.replace(/\/$/, '')
}

const tenants = createRequestFact<Tenant>('tenant')

/** Written once, by the dispatcher that read the address. */
export function bindTenant(req: IncomingMessage, tenant: Tenant): void {
  tenants.set(req, tenant)
}

/** Undefined where the address led to no tenant. */
export function findTenantOf(req: IncomingMessage): Tenant | undefined {
  return tenants.get(req)
}

/** The tenant a request was sent to. Throws where none was bound: a route outside every tenant. */
export function tenantOf(req: IncomingMessage): Tenant {
  const tenant = tenants.get(req)
  if (!tenant) throw new Error('a request without a tenant')
  return tenant
}
