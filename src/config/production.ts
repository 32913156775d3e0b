import { resolve } from 'node:path'
import { development } from '../../config/development.ts'
import type { SettingValues } from './defaults.ts'
import { readText, type ReadableFiles } from './files.ts'
import type { ConfigProblem } from './problem.ts'

/**
 * What production refuses to start with (DESIGN §1). It judges the text of the settings, so that its refusals stand in
 * the same report as those of settings that do not parse.
 */
export function productionProblems(
  values: SettingValues,
  files: ReadableFiles,
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = []
  if (!isSafeIssuer(values))
    problems.push({
      setting: 'ISSUER',
      problem: 'is not https',
      fix: 'Set ISSUER to the public https address; terminate TLS in front, or set TLS_CERT and TLS_KEY.',
    })
  if (values.SIGNET_SECRET === undefined)
    problems.push({
      setting: 'SIGNET_SECRET',
      problem: 'is not set, and production does not invent one',
      fix: `Generate one and keep it: node -p "crypto.randomBytes(32).toString('base64url')"`,
    })
  if (values.DATABASE_URL === undefined)
    problems.push({
      setting: 'DATABASE_URL',
      problem: 'is not set, and the embedded database is for development',
      fix: 'Set it to a PostgreSQL 14 or newer, such as postgres://user:password@host:5432/signet.',
    })
  if (isDemoSeed(values.SIGNET_SEED, files))
    problems.push({
      setting: 'SIGNET_SEED',
      problem: 'names the demo data, whose passwords everybody knows',
      fix: 'Unset it, or name a file of your own.',
    })
  if (values.SMTP_URL === undefined)
    problems.push({
      setting: 'SMTP_URL',
      problem: 'is not set, so mail has nowhere to go and nobody can recover an account',
      fix: 'Set it to your mail server, such as smtp://user:password@mail.example.com:587.',
    })
  return problems
}

/** https, or http that never leaves the machine. */
function isSafeIssuer({ ISSUER }: SettingValues): boolean {
  if (ISSUER === undefined) return true // the default is http://localhost
  const issuer = URL.parse(ISSUER)
  if (issuer?.protocol !== 'http:') return true // anything but https is refused by the setting itself
  return isLoopbackHost(issuer.hostname)
}

/** A name or address that stands for this machine (RFC 6761 §6.3, RFC 8252 §7.3). */
export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  )
}

/** By its place, or by its content under another name. */
function isDemoSeed(seed: string | undefined, files: ReadableFiles): boolean {
  if (seed === undefined) return false
  const demo = development.settings.SIGNET_SEED
  if (resolve(seed) === demo) return true
  const content = readText(files, seed)
  return content !== undefined && content === readText(files, demo)
}
