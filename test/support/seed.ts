import assert from 'node:assert/strict'
import { applySeed } from '#commands/seed/apply.ts'
import { SeedInvalid } from '#commands/seed/problem.ts'
import type { SeedReport } from '#commands/seed/seed.ts'
import { issuer, type TestServices } from './command-services.ts'

const actor = { kind: 'system' } as const

export function apply(services: TestServices, seed: unknown): Promise<SeedReport> {
  const text = typeof seed === 'string' ? seed : JSON.stringify(seed)
  return applySeed({ name: 'seed.json', text }, { ...services, issuer, actor })
}

export async function problemsOf(services: TestServices, seed: unknown) {
  const error = await apply(services, seed).catch((caught: unknown) => caught)
  assert.ok(error instanceof SeedInvalid, String(error))
  return error.problems.map(({ path, message }) => `${path} ${message}`)
}

export const small = {
  slug: 'main',
  name: 'Acme',
  users: [{ email: 'ada@example.test', password: 'grumpy tea cups' }],
}
export const oneTenant = (tenant: object) => ({ tenants: [{ ...small, ...tenant }] })
export const oneUser = (user: object) =>
  oneTenant({ users: [{ email: 'ada@example.test', password: 'grumpy tea cups', ...user }] })
