import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readJson } from './json-lines.ts'

const text = `{
  "tenants": [
    { "slug": "main",
      "users": [
        { "email": "a, \\"b\\" [c] {d}" },
        {
          "email": "x" }
      ],
      "empty": [], "none": {}, "number": -1.5e3,
      "last": [[1], 2,
        3]
    }
  ]
}`

function read(source: string) {
  const json = readJson(source)
  assert.ok(json.outcome === 'read')
  return json
}

test('every part of a file has the line where it stands', () => {
  const { lineOf, value } = read(text)
  assert.deepEqual(value, JSON.parse(text))
  const lines = {
    tenants: 2,
    'tenants[0]': 3,
    'tenants[0].slug': 3,
    'tenants[0].users': 4,
    'tenants[0].users[0].email': 5,
    'tenants[0].users[1]': 6,
    'tenants[0].users[1].email': 7,
    'tenants[0].none': 9,
    'tenants[0].number': 9,
    'tenants[0].last[0][0]': 10,
    'tenants[0].last[1]': 10,
    'tenants[0].last[2]': 11,
  }
  for (const [path, line] of Object.entries(lines)) assert.equal(lineOf(path), line, path)
})

test('what does not stand in the file has the line of what is around it', () => {
  const { lineOf } = read(text)
  assert.equal(lineOf('tenants[0].users[1].password'), 6)
  assert.equal(lineOf('tenants[0].slug.https://api.example.test'), 3)
  assert.equal(lineOf('elsewhere]['), undefined)
  assert.equal(lineOf(''), undefined)
})

test('a name given twice is found, the same name elsewhere is not', () => {
  const twice = '{"a": {"x": 1, "y": 2, "x": 3}, "b": {"x": 1}, "a": 0}'
  assert.deepEqual(read(twice).repeated, ['a.x', 'a'])
})

test('a byte order mark is passed over', () => {
  assert.deepEqual(read('\uFEFF{"a": 1}').value, { a: 1 })
})

test('text that is no JSON is told with its line, and without its words', () => {
  const json = readJson('{\n  "password": "hunter2 and more",\n  "x" 1\n}')
  assert.ok(json.outcome === 'broken')
  assert.equal(json.line, 3)
  assert.doesNotMatch(json.message, /hunter2/)
  assert.equal(readJson('').outcome, 'broken')
})
