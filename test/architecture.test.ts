import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { describe, it } from 'node:test'
import manifest from '../package.json' with { type: 'json' }
import { homes, importsOf, orderLine, packageOf, violationsOf } from '#test/support/architecture.ts'
import { listFiles, read, readFiles } from '#test/support/repository.ts'

const sources = readFiles(/\.(?:ts|mjs|js|json|md|yaml|css|svg|env|html)$/)
const code = sources.filter(({ path }) => path.endsWith('.ts'))

describe('the house', () => {
  it('breaks none of its laws', () => {
    assert.ok(code.length > 250, 'the sources were found')
    assert.deepEqual(violationsOf(sources), [])
  })

  it('has a door in every room', () => {
    const rooms = orderLine.filter((room) => code.some((file) => inRoom(file.path, room)))
    assert.ok(rooms.length > 15)
    const doorless = rooms.filter((room) => !code.some(({ path }) => path === doorOf(room)))
    assert.deepEqual(doorless, ['kit']) // a box of tools
  })

  it('gives every migration a number of its own: no two claim one place', () => {
    const names = listFiles('migrations').map((path) => posix.basename(path))
    const numbers = names.map((name) => /^(\d{4})-[a-z0-9-]+\.ts$/.exec(name)?.[1] ?? name)
    assert.ok(names.length > 0)
    assert.deepEqual(
      numbers.filter((number) => !/^\d{4}$/.test(number)),
      [],
    )
    assert.equal(new Set(numbers).size, numbers.length)
  })

  it('leaves no test out of npm test', () => {
    const globs = [...manifest.scripts.test.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? '')
    const tests = code.map(({ path }) => path).filter((path) => path.endsWith('.test.ts'))
    assert.ok(tests.length > 50)
    const left = tests.filter((path) => !globs.some((glob) => posix.matchesGlob(path, glob)))
    assert.deepEqual(left, [])
  })

  it('registers every store contract in a test', () => {
    const contracts = code.map(({ path }) => path).filter((path) => path.endsWith('.contract.ts'))
    const used = new Set(code.filter(isTest).flatMap((file) => importsOf(file).map(({ to }) => to)))
    assert.ok(contracts.length > 5)
    assert.deepEqual(
      contracts.filter((path) => !used.has(path)),
      [],
    )
  })

  it('declares what it imports: at run time nothing that only developers install', () => {
    const { dependencies, devDependencies } = manifest
    const shipped = code.filter(({ path }) => /^(?:src|views|migrations|config)\//.test(path))
    const atRunTime = vendorsOf(shipped.filter((file) => !isTest(file)))
    assert.deepEqual(
      atRunTime.filter((name) => !(name in dependencies)),
      [],
    )
    const all = vendorsOf(code)
    assert.deepEqual(
      all.filter((name) => !(name in { ...dependencies, ...devDependencies })),
      [],
    )
    assert.deepEqual(
      Object.keys(dependencies).filter((name) => !all.includes(name)),
      [],
    )
  })

  it('locks every package by its hash, and names no registry', () => {
    const { packages }: { packages: Record<string, { integrity?: string; resolved?: string }> } =
      JSON.parse(read('package-lock.json'))
    const installed = Object.entries(packages).filter(([path]) => path !== '')
    const foreign = installed.filter(
      ([, { resolved }]) =>
        resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
    )
    assert.ok(installed.length > 100)
    assert.deepEqual(foreign, [])
    assert.deepEqual(
      installed.filter(([, { integrity }]) => integrity === undefined),
      [],
    )
  })
})

describe('the law', () => {
  const broken: readonly (readonly [what: string, path: string, text: string, message: RegExp])[] =
    [
      ['an import to the right', 'src/client/service.ts', from('#oidc/oidc.ts'), /to the right/],
      ['so for a type', 'src/kit/a.ts', "import type { A } from '#http/http.ts'", /to the right/],
      ['so for a test', 'src/kit/a.test.ts', from('#oidc/memory.ts'), /to the right/],
      ['so when loaded later', 'src/kit/a.ts', "await import('#key/key.ts')", /to the right/],
      ['so by a relative path', 'src/kit/a.ts', from('../key/key.ts'), /to the right/],
      [
        'so over several lines',
        'src/kit/a.ts',
        "import {\n  a,\n} from '#key/key.ts'",
        /to the right/,
      ],
      [
        'a way past the door',
        'src/oidc/a.ts',
        from('#client/service.ts'),
        /not the door of client/,
      ],
      ['a store of another room', 'src/oidc/a.ts', from('#client/postgres.ts'), /not the door/],
      [
        'a neighbour inside a room',
        'src/login/totp/a.ts',
        from('../password/safe.ts'),
        /not the door/,
      ],
      ['a room that knows its composition', 'src/oidc/a.ts', from('../app.ts'), /composes/],
      [
        'a store on the connection from a service',
        'src/key/service.ts',
        from('#storage/redis.ts'),
        /not the door/,
      ],
      ['a page in a use case', 'src/key/service.ts', from('#views/html.ts'), /knows no page/],
      ['a view that looks around', 'views/home.ts', from('#tenant/tenant.ts'), /views are a leaf/],
      [
        'a migration that needs the code',
        'migrations/0001-a.ts',
        from('#kit/ids.ts'),
        /stands alone/,
      ],
      ['test code at run time', 'src/oidc/a.ts', from('#test/support/folders.ts'), /only tests/],
      ['a contract at run time', 'src/oidc/a.ts', from('./store.contract.ts'), /only tests/],
      ['a library away from home', 'src/client/a.ts', from('knex'), /whose home is/],
      ['a part of one', 'src/client/a.ts', from('oidc-provider/lib/x.js'), /whose home is/],
      ['a library without a home', 'src/client/a.ts', from('@a/left-pad'), /no home yet/],
      ['a library in a view', 'views/home.ts', from('zod'), /whose home is/],
      ['a room out of the line', 'src/cellar/cellar.ts', '', /no place in the line/],
      ['an empty name', 'src/client/utils.ts', '', /no name/],
      ['an empty name of a folder', 'src/client/helpers/a.ts', '', /no name/],
      ['a name in camel case', 'src/client/redirectUri.ts', '', /kebab-case/],
      ['a barrel', 'src/client/all.ts', "export * from './client.ts'", /barrel/],
      ['the environment', 'src/client/a.ts', 'const a = process.env.A', /environment/],
      ['a path of one machine', 'README.md', ['see ', 'home', 'ada'].join('/'), /one machine/],
    ]

  for (const [what, path, text, message] of broken)
    it(`refuses ${what}`, () => {
      const found = violationsOf([{ path, text }])
      assert.equal(found.length, 1, found.join('\n'))
      assert.match(found[0] ?? '', message)
    })

  const allowed: readonly (readonly [what: string, path: string, text: string])[] = [
    ['a door to the left', 'src/oidc/a.ts', from('#client/client.ts')],
    ['the door of a room in a room', 'src/interaction/a.ts', from('#login/password/password.ts')],
    ['the door above', 'src/login/totp/a.ts', from('../login.ts')],
    ['the tools by name', 'src/oidc/a.ts', from('#kit/ids.ts')],
    ['the connection in a store', 'src/oidc/redis-index.ts', from('#storage/redis.ts')],
    ['everything in the composition', 'src/app.ts', from('#client/postgres.ts')],
    ['the workings to the left in a test', 'src/login/a.test.ts', from('#account/memory.ts')],
    ['a view in a page', 'src/interaction/step-page.ts', from('#views/home.ts')],
    ['what Node brings', 'src/kit/a.ts', from('node:crypto')],
    ['an address that looks like a path', 'src/oidc/a.ts', "get('https://a.test/home/x')"],
  ]

  for (const [what, path, text] of allowed)
    it(`allows ${what}`, () => {
      assert.deepEqual(violationsOf([{ path, text }]), [])
    })

  it('has an order in which every room stands once', () => {
    assert.equal(new Set(orderLine).size, orderLine.length)
  })

  it('gives a home to nothing that lives nowhere', () => {
    const planned = ['otplib', 'rate-limiter-flexible', 'samlify', 'uqr']
    const { dependencies } = manifest
    const unused = Object.keys(homes).filter((name) => !(name in dependencies))
    assert.deepEqual(
      unused.filter((name) => !planned.includes(name)),
      [],
    )
  })
})

function from(specifier: string): string {
  return `import { a } from '${specifier}'`
}

function inRoom(path: string, room: string): boolean {
  return path.startsWith(`src/${room}/`)
}

function doorOf(room: string): string {
  return `src/${room}/${room}.ts`
}

function isTest({ path }: { readonly path: string }): boolean {
  return /\.(?:test|contract)\.ts$|^(?:test|bench)\//.test(path)
}

function vendorsOf(files: typeof code): readonly string[] {
  const specifiers = files.flatMap((file) => importsOf(file).map(({ specifier }) => specifier))
  const bare = specifiers.filter((specifier) => !/^(?:[.#]|node:)/.test(specifier))
  return [...new Set(bare.map(packageOf))]
}
