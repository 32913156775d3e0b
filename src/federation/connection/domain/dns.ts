import { Resolver } from 'node:dns/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { TxtAnswer, TxtResolver } from './domain.ts'

type Options = {
  /** Milliseconds for everything. */
  readonly timeout?: number
  /** Of the system when left out. */
  readonly servers?: readonly string[]
}

/**
 * Asks the name servers of the system.
 *
 * SECURITY: name servers follow an alias by themselves, so the text may be of whoever runs what it stands for: with
 * `*.acme.test CNAME shop.example` the shop would prove acme.test. A name that is an alias proves nothing.
 */
export function createTxtResolver({ timeout = 5000, servers }: Options = {}): TxtResolver {
  return async (name) => {
    const resolver = new Resolver({ timeout: Math.ceil(timeout / 3), tries: 2 })
    if (servers) resolver.setServers(servers)
    const over = new AbortController()
    try {
      return await Promise.race([
        ask(resolver, name),
        wait(timeout, { kind: 'failed', detail: 'no answer in time' } as const, {
          signal: over.signal,
          ref: false,
        }),
      ])
    } finally {
      over.abort()
      resolver.cancel()
    }
  }
}

async function ask(resolver: Resolver, name: string): Promise<TxtAnswer> {
  const [alias, texts] = await Promise.all([
    settled(resolver.resolveCname(name)),
    settled(resolver.resolveTxt(name)),
  ])
  if (alias.kind === 'found') return { kind: 'alias' }
  if (alias.kind === 'failed') return alias
  if (texts.kind !== 'found') return texts
  return { kind: 'found', texts: texts.value.map((parts) => parts.join('')) }
}

type Settled<T> =
  | { readonly kind: 'found'; readonly value: T }
  | Extract<TxtAnswer, { readonly kind: 'none' | 'failed' }>

async function settled<T extends readonly unknown[]>(query: Promise<T>): Promise<Settled<T>> {
  try {
    const value = await query
    return value.length > 0 ? { kind: 'found', value } : { kind: 'none' }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return code === 'ENODATA' || code === 'ENOTFOUND'
      ? { kind: 'none' }
      : { kind: 'failed', detail: code }
  }
}
