import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createCommandLine, errorOf } from '#test/support/command-line.ts'

describe('the seed file', () => {
  test('is applied and exported; problems come with path and line', async () => {
    const { json, run, services } = createCommandLine()
    const dir = mkdtempSync(join(tmpdir(), 'signet-seed-'))
    const file = join(dir, 'seed.json')
    const user = { email: 'root@example.test', roles: ['admin'] }
    const seed = (tenant: object) =>
      JSON.stringify({ tenants: [{ slug: 'main', name: 'Acme', ...tenant }] }, undefined, 1)
    writeFileSync(file, seed({ users: [user] }))
    const applied = await run(['seed', 'apply', file])
    assert.equal(applied.exitCode, 0, applied.stderr)
    assert.match(applied.stdout, /2 created, 0 updated, 0 unchanged[\s\S]*Shown once/)
    const password = /password {2}(\S+)/.exec(applied.stdout)?.[1] ?? ''
    assert.ok(await services.signsIn('main', 'root@example.test', password))

    const exported = await run(['seed', 'export'])
    assert.match(exported.stderr, /Left out: passwords/)
    const again = await json(['seed', 'apply', '-'], exported.stdout)
    assert.partialDeepStrictEqual(again.document, { created: [], updated: [], generated: [] })

    writeFileSync(file, seed({ usres: [] }))
    const broken = await json(['seed', 'apply', file])
    assert.equal(broken.exitCode, 1)
    assert.deepEqual(errorOf(broken.document).details, [
      {
        path: 'tenants[0].usres',
        line: 6,
        message: 'is not a known name; did you mean users?',
      },
    ])
    rmSync(dir, { recursive: true })
  })
})
