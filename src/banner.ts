import { styleText } from 'node:util'
import type { Config } from '#config/config.ts'
import type { DemoAccount } from '#interaction/step-page.ts'

/** What a person who has just started a server wants to know. */
export type BannerFacts = {
  readonly config: Config
  readonly version: string
  readonly port: number
  readonly managementPort: number | undefined
  /** Address of the demo application, when it runs. */
  readonly demo: string | undefined
  /** Who may sign in to it. */
  readonly demoAccounts: readonly DemoAccount[]
  /** Shown once, kept nowhere. */
  readonly generated: readonly { readonly name: string; readonly value: string }[]
  /** Milliseconds from the start of the process. */
  readonly readyAfter: number
}

/** For a terminal. `color`: off where `NO_COLOR` is set. */
export function bannerOf(facts: BannerFacts, options: { readonly color: boolean }): string {
  const { config, version } = facts
  const paint = (format: 'bold' | 'dim', text: string) =>
    options.color ? styleText(format, text, { validateStream: false }) : text
  const seconds = (facts.readyAfter / 1000).toFixed(1)
  const title = [
    `signet ${version}`,
    config.environment,
    `Node ${process.versions.node}`,
    storesOf(config),
    `ready in ${seconds} s`,
  ].join(' · ')
  const lines = linesOf(facts).map(
    ([label, value, note = '']) =>
      `  ${paint('dim', label.padEnd(13))} ${value.padEnd(38)} ${note}`,
  )
  return [
    '',
    `  ${paint('bold', title)}`,
    '',
    ...lines.map((line) => line.trimEnd()),
    '',
    ...endOf(facts),
    '',
  ].join('\n')
}

/** The same for a program: one line of JSON, without the generated secrets. */
export function readyFieldsOf(facts: BannerFacts) {
  const { config, version, port, readyAfter } = facts
  return {
    event: 'ready',
    version,
    environment: config.environment,
    issuer: config.issuer,
    port,
    duration_ms: Math.round(readyAfter),
  } as const
}

type Line = readonly [label: string, value: string, note?: string | undefined]

function linesOf({ config, demo, demoAccounts, generated }: BannerFacts): readonly Line[] {
  const { issuer } = config
  const people = demoAccounts.filter(({ password }) => password !== undefined)
  return [
    ...(demo === undefined ? [] : [['Try it', demo, 'demo app, click "Sign in"'] as const]),
    ...people.map(({ email, password }) => ['Sign in as', email, password] as const),
    ...generated.map(({ name, value }) => ['', name, `${value}  (shown once)`] as const),
    ...(demo === undefined ? [] : [['Enterprise', demo, 'click "Sign in at Acme"'] as const]),
    ['Issuer', issuer],
    ['Discovery', `${issuer}/.well-known/openid-configuration`],
    ...(config.demo ? [['Mail', `${issuer}/dev/mail`, 'what would have been sent'] as const] : []),
  ]
}

function endOf({ config, managementPort }: BannerFacts): readonly string[] {
  const health =
    managementPort === undefined ? [] : [`  Health and metrics on port ${managementPort}.`]
  if (!config.demo) return health
  return [
    '  Next          npm run signet -- client create --help · README.md · Ctrl+C to stop',
    '  ! Development mode: demo accounts, http.',
  ]
}

function storesOf({ storage }: Config): string {
  if (storage.databaseUrl === undefined) return `embedded ${storage.dataDir}`
  return storage.redisUrls.length > 0 ? 'Postgres + Redis' : 'Postgres'
}
