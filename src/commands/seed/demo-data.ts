import { readFileSync } from 'node:fs'

const demoFile = new URL('../../../config/seed.demo.json', import.meta.url)

/**
 * Why this file must not be applied under this issuer. Everybody knows the passwords of the demo data: where an issuer
 * looks like a real one, it is refused whatever the environment is called.
 */
export function demoDataProblem(text: string, issuer: string): string | undefined {
  const { protocol, hostname } = new URL(issuer)
  const isLoopback = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
  if (protocol !== 'https:' || isLoopback || !isDemoData(text)) return undefined
  return `is the demo data, whose passwords everybody knows, and ${issuer} is no laptop: set SIGNET_SEED to a file of your own`
}

function isDemoData(text: string): boolean {
  return text.trim() === readFileSync(demoFile, 'utf8').trim()
}
