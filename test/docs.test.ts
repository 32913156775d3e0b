import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { describe, it } from 'node:test'
import manifest from '../package.json' with { type: 'json' }
import { defaults } from '../config/default.ts'
import { settingNames } from '#config/defaults.ts'
import { codeBlocks, linksOf, tableUnder } from '#test/support/markdown.ts'
import { listFiles, read } from '#test/support/repository.ts'

const readme = read('README.md')
const documents = listFiles().filter((path) => path.endsWith('.md'))
const chosenBefore = ['NODE_ENV', 'SIGNET_CONFIG']

describe('the configuration', () => {
  const table = tableUnder(readme, 'Configuration')
  const names = table.map(([name = '']) => name.replaceAll('`', ''))

  it('of the README has every setting there is, in order', () => {
    assert.deepEqual(names, [...chosenBefore, ...settingNames])
  })

  it('of config/example.env has them too', () => {
    const example = read('config/example.env').matchAll(/^#([A-Z_]+)=/gm)
    assert.deepEqual(new Set([...example].map((match) => match[1])), new Set(names))
  })

  it('has the defaults that hold', () => {
    for (const [name, value] of Object.entries(defaults.settings)) {
      const row = table.find(([cell]) => cell === `\`${name}\``)
      assert.equal(/`([^`]+)`/.exec(row?.[1] ?? '')?.[1], value, name)
    }
  })
})

describe('the standards of the README', () => {
  const rows = tableUnder(readme, 'Standards')

  it('are many', () => {
    assert.ok(rows.length > 20)
  })

  for (const [standard = '', proof = '', name = ''] of rows)
    it(`${standard}: the test it names is there`, () => {
      const [file = ''] = linksOf(proof)
      assert.match(file, /^test\/.*\.test\.ts$/)
      assert.ok(read(file).includes(`it('${name}'`), `${file} has no test "${name}"`)
    })
})

describe('every document', () => {
  it('is found', () => {
    assert.ok(documents.length >= 3)
  })

  for (const path of documents)
    it(`${path} links to what exists`, () => {
      const files = listFiles()
      for (const link of linksOf(read(path)).filter((target) => !/^[a-z]+:/.test(target))) {
        const [file = '', anchor] = link.split('#')
        const target = file === '' ? path : posix.join(posix.dirname(path), file)
        assert.ok(files.includes(target), `${path} links to ${target}`)
        if (anchor !== undefined) assert.ok(anchorsOf(read(target)).includes(anchor), link)
      }
    })

  for (const path of documents)
    it(`${path} names scripts that exist`, () => {
      const lines = [...codeBlocks(read(path)), ...spansOf(read(path))]
      for (const script of lines.flatMap((line) => scriptsOf(line)))
        assert.ok(script in manifest.scripts, `${path}: npm run ${script}`)
    })

  it('names commands that exist', () => {
    const known = new Set(listFiles('src/commands').map((path) => posix.basename(path, '.ts')))
    const rows = tableUnder(readme, 'The command line')
    assert.ok(rows.length > 5)
    for (const [cell = ''] of rows)
      for (const [, command = ''] of cell.matchAll(/`([a-z-]+)/g))
        assert.ok(known.has(command) || known.has(`${command}-file`), command)
  })

  it('tells the order that is the law', async () => {
    const { orderLine } = await import('#test/support/architecture.ts')
    const [line = ''] = codeBlocks(readme).filter((block) => block.startsWith('kit · '))
    const words = line.split(/[\s·]+/).filter((word) => word !== '')
    assert.deepEqual(words, [...orderLine, 'app.ts', 'main.ts'])
  })
})

describe('reading documents', () => {
  const text = [
    '# A b',
    '',
    '## T: u!',
    '| a | b |',
    '|---|---|',
    '| 1 | [x](y.md#z) |',
    '',
    '```sh',
    'npm run x -- --y',
    '```',
  ].join('\n')

  it('finds tables, links, anchors and scripts', () => {
    assert.deepEqual(tableUnder(text, 'T: u!'), [['1', '[x](y.md#z)']])
    assert.deepEqual(linksOf(text), ['y.md#z'])
    assert.deepEqual(anchorsOf(text), ['a-b', 't-u'])
    assert.deepEqual(codeBlocks(text).flatMap(scriptsOf), ['x'])
    assert.deepEqual(scriptsOf('npm start'), ['start'])
    assert.throws(() => tableUnder(text, 'nowhere'))
  })
})

function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}

function scriptsOf(line: string): readonly string[] {
  const named = [...line.matchAll(/\bnpm run (?:-s )?([a-z:]+)/g)]
  const short = [...line.matchAll(/\bnpm (start|test)\b/g)]
  return [...named, ...short].map((match) => match[1] ?? '')
}

function spansOf(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')
}
