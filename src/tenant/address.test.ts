import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createAddressing, splitTarget } from './address.ts'
import { createMemoryTenantStore } from './memory.ts'
import { createTenants } from './service.ts'

const issuer = 'https://id.example.test'

async function open() {
  const tenants = createTenants({
    store: createMemoryTenantStore(),
    clock: createFakeClock(),
    issuer,
  })
  await tenants.ensureMain()
  await tenants.create({ slug: 'acme', name: 'Acme' })
  await tenants.create({ slug: 'bank', name: 'Bank', issuer: 'https://login.bank.test' })
  const { locate, peek } = createAddressing({ tenants, issuer })
  const found = async (host: string, target: string) => {
    const answer = await locate(host, target)
    if (answer.outcome !== 'found') return answer.outcome
    const { tenant, basePath, target: below } = answer.destination
    if (host === new URL(issuer).host) assert.deepEqual(peek(host, target), answer.destination)
    return [tenant.slug, basePath, below].join(' ')
  }
  return { tenants, found }
}

describe('which tenant a request is for (F4, F8)', () => {
  const table = [
    ['id.example.test', '/token', 'main  /token'],
    ['id.example.test', '/', 'main  /'],
    ['id.example.test', '/t/acme/token?a=b', 'acme /t/acme /token?a=b'],
    ['id.example.test', '/t/acme', 'acme /t/acme /'],
    ['id.example.test', '/t/acme?a=b', 'acme /t/acme /?a=b'],
    ['id.example.test', '/t/nobody/token', 'unknown'],
    // a tenant with an issuer of its own is found there and nowhere else
    ['id.example.test', '/t/bank/token', 'unknown'],
    ['login.bank.test', '/token', 'bank  /token'],
    ['login.bank.test', '/t/acme/token', 'bank  /t/acme/token'],
    ['evil.example', '/token', 'misdirected'],
    ['id.example.test.evil.example', '/token', 'misdirected'],
    ['id.example.test:8443', '/token', 'misdirected'],
    ['', '/token', 'misdirected'],
    ['id.example.test/t/acme', '/token', 'misdirected'],
    ['login.bank.test/x', '/token', 'misdirected'],
    ['eve@login.bank.test', '/token', 'misdirected'],
    ['login.bank.test?', '/token', 'misdirected'],
    // RFC 8414 §3.1
    [
      'id.example.test',
      '/.well-known/oauth-authorization-server/t/acme',
      'acme /t/acme /.well-known/oauth-authorization-server',
    ],
    [
      'id.example.test',
      '/.well-known/openid-configuration/t/acme',
      'acme /t/acme /.well-known/openid-configuration',
    ],
    // what a URL parser would climb out of stays where it is
    ['id.example.test', '/t/../token', 'unknown'],
    ['id.example.test', '/t/%61cme/token', 'unknown'],
    ['id.example.test', '/t//token', 'main  /t//token'],
    ['id.example.test', '/T/acme/token', 'main  /T/acme/token'],
  ] as const

  for (const [host, target, expected] of table) {
    it(`${host || 'no host'} ${target}: ${expected}`, async () => {
      const { found } = await open()
      assert.equal(await found(host, target), expected)
    })
  }

  it('does not know a disabled tenant (Q18)', async () => {
    const { tenants, found } = await open()
    const acme = await tenants.findBySlug('acme')
    assert.ok(acme)
    await tenants.update({ ...acme, status: 'disabled' })
    assert.equal(await found('id.example.test', '/t/acme/token'), 'unknown')
  })
})

describe('the target below an issuer', () => {
  it('always begins with one slash', () => {
    for (const target of ['/t/acme', '/t/acme?x', '/t/acme/', '/t/acme/token', '/']) {
      assert.match(splitTarget(target).target, /^\/(?!\/)/)
    }
  })
})
