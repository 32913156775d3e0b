import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import { settingNames, type SettingName, type SettingValues } from './defaults.ts'
import type { ConfigProblem } from './problem.ts'

/** Refuses with a message and its fix; both reach the operator through `ConfigProblem`. */
type Refuse = (problem: string, fix: string) => never

/** A schema for a setting's text. Whatever `read` refuses is one problem of that setting. */
function text<Value>(read: (value: string, refuse: Refuse) => Value) {
  return z.string().transform((value, context): Value => {
    try {
      return read(value.trim(), (problem, fix) => {
        throw new Refused(problem, fix)
      })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      context.addIssue({ code: 'custom', message: error.message, params: { fix: error.fix } })
      return z.NEVER
    }
  })
}

class Refused extends Error {
  readonly fix: string

  constructor(problem: string, fix: string) {
    super(problem)
    this.fix = fix
  }
}

const settings = z.object({
  ISSUER: text(issuer).optional(),
  PORT: text((value, refuse) => wholeNumber(value, { from: 0, to: 65_535 }, refuse)),
  HOST: text(host),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/signet'),
  REDIS_URL: text((value, refuse) =>
    splitList(value).map((one) =>
      checkedUrl(one, ['redis:', 'rediss:'], () =>
        refuse(
          'is not a list of Redis addresses',
          'Write it like redis://host:6379; separate the nodes of a cluster by commas.',
        ),
      ),
    ),
  ).optional(),
  SIGNET_DATA_DIR: z.string(),
  SIGNET_SECRET: text(secretKeys).optional(),
  SIGNET_SEED: z.string().optional(),
  SMTP_URL: url(['smtp:', 'smtps:'], 'smtp://user:password@mail.example.com:587'),
  MAIL_FROM: text(sender).optional(),
  TRUSTED_PROXIES: text(networks).optional(),
  MANAGEMENT_PORT: text(management),
  OUTBOUND_ALLOW: text(networks).optional(),
  BREACHED_PASSWORDS_URL: text(rangeApi).optional(),
  GEOIP_FILE: z.string().optional(),
  RISK_ADDRESSES_FILE: z.string().optional(),
  RISK_HOOK_URL: url(['https:', 'http:'], 'https://risk.example.com/sign-in'),
  WORKERS: text((value, refuse) => wholeNumber(value, { from: 1, to: 256 }, refuse)),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
} satisfies Record<SettingName, z.ZodType>)

export type Settings = z.infer<typeof settings>

/** Every setting checked by itself; what they must agree on is checked by `load.ts`. */
export function parseSettings(values: SettingValues): {
  readonly settings: Settings | undefined
  readonly problems: readonly ConfigProblem[]
} {
  const result = settings.safeParse(values)
  if (result.success) return { settings: result.data, problems: [] }
  return { settings: undefined, problems: result.error.issues.map(toProblem) }
}

function toProblem(issue: z.core.$ZodIssue): ConfigProblem {
  const setting = settingNames.find((name) => name === issue.path[0]) ?? 'configuration'
  if (issue.code === 'invalid_value') {
    const words = issue.values.join(', ')
    return { setting, problem: 'is not a known word', fix: `Choose one of ${words}.` }
  }
  if (issue.code !== 'custom') return { setting, problem: issue.message, fix: 'Give it a value.' }
  const fix: unknown = issue.params?.['fix']
  return { setting, problem: issue.message, fix: typeof fix === 'string' ? fix : 'Correct it.' }
}

function issuer(value: string, refuse: Refuse): string {
  const trimmed = value.replace(/\/$/, '')
  const parsed = URL.parse(trimmed)
  const fix = 'Write it like https://id.example.com: scheme, host, and a path if there is one.'
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return refuse('is not an http(s) address', fix)
  if (/[?#]/.test(trimmed)) return refuse('has a query or a fragment', fix)
  if (parsed.username || parsed.password) return refuse('carries a user name or password', fix)
  const canonical = parsed.href.replace(/\/$/, '')
  // Relying parties compare the issuer byte for byte (OIDC Discovery §4.3).
  if (canonical !== trimmed) return refuse('is not in its canonical form', `Write ${canonical}.`)
  return trimmed
}

/** The prefix of a hash is put behind it. */
function rangeApi(value: string, refuse: Refuse): string {
  const url = URL.parse(value)
  const fix = 'Write it like https://api.pwnedpasswords.com/range/ with nothing behind the path.'
  if (!url || !/^https?:$/.test(url.protocol)) return refuse('is not an http(s) address', fix)
  if (url.username || url.password || /[?#]/.test(value))
    return refuse('has a query, a fragment or a password', fix)
  return url.href.replace(/\/?$/, '/')
}

function host(value: string, refuse: Refuse): string {
  if (isIP(value) > 0 || /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(value)) return value
  return refuse(
    'is neither an IP address nor a host name',
    'Write 127.0.0.1, or :: for all interfaces.',
  )
}

type Bounds = { readonly from: number; readonly to: number }

function wholeNumber(value: string, { from, to }: Bounds, refuse: Refuse): number {
  const number = /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN
  if (number >= from && number <= to) return number
  return refuse(
    'is not a whole number in its range',
    `Choose a number from ${String(from)} to ${String(to)}.`,
  )
}

/** A port on 127.0.0.1, or `host:port` where a probe comes from outside the machine. */
function management(value: string, refuse: Refuse): { host: string; port: number } {
  const separator = value.lastIndexOf(':')
  const port = wholeNumber(value.slice(separator + 1), { from: 0, to: 65_535 }, refuse)
  if (separator < 0) return { host: '127.0.0.1', port }
  return { host: host(value.slice(0, separator).replace(/^\[|\]$/g, ''), refuse), port }
}

function url(protocols: readonly string[], example: string) {
  return text((value, refuse) =>
    checkedUrl(value, protocols, () =>
      refuse(`is not a ${protocols.join('// or ')}// address`, `Write it like ${example}.`),
    ),
  ).optional()
}

// Never quotes the value: it carries a password.
function checkedUrl(value: string, protocols: readonly string[], refuse: () => never): string {
  const parsed = URL.parse(value)
  return parsed && protocols.includes(parsed.protocol) ? value : refuse()
}

function secretKeys(value: string, refuse: Refuse): readonly Uint8Array[] {
  const fix = `Generate one: node -p "crypto.randomBytes(32).toString('base64url')"`
  return splitList(value).map((key) => {
    if (!/^[A-Za-z0-9_-]+$/.test(key)) return refuse('is not base64url', fix)
    const bytes = Buffer.from(key, 'base64url')
    if (bytes.length < 32) return refuse('holds a secret of fewer than 32 bytes', fix)
    if (new Set(bytes).size < 8) return refuse('holds a secret that is not random', fix)
    return bytes
  })
}

function sender(value: string, refuse: Refuse): string {
  if (/^(?:[^<>@\p{Cc}]+ )?<?[^\s<>@]+@[^\s<>@]+>?$/u.test(value)) return value
  return refuse('is not one mail address', 'Write it like Signet <no-reply@example.com>.')
}

function networks(value: string, refuse: Refuse): readonly string[] {
  return splitList(value).map((network) => {
    const [address = '', prefix] = network.split('/')
    const family = isIP(address)
    const bits = prefix ?? (family === 6 ? '128' : '32')
    const widest = family === 6 ? 128 : 32
    const fix = 'Write addresses like 10.0.0.0/8 or fd00::/8, separated by commas.'
    if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > widest)
      return refuse('is not a list of networks (CIDR)', fix)
    if (Number(bits) === 0) return refuse('names every address there is', fix)
    new BlockList().addSubnet(address, Number(bits), family === 6 ? 'ipv6' : 'ipv4')
    return `${address}/${bits}`
  })
}

function splitList(value: string): readonly string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
