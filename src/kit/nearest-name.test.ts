import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName } from './nearest-name.ts'

const known = ['redirect_uris', 'grant_types', 'name', 'scopes']

test('a misspelt name finds the one it means, whatever its case', () => {
  assert.equal(nearestName('redirect_uri', known), 'redirect_uris')
  assert.equal(nearestName('Grant_Type', known), 'grant_types')
  assert.equal(nearestName('nmae', known), 'name')
  assert.equal(nearestName('scope', known), 'scopes')
})

test('a name that is far from all finds none', () => {
  assert.equal(nearestName('connections', known), undefined)
  assert.equal(nearestName('', []), undefined)
})

test('a very long name costs no more than a short one', () => {
  assert.equal(nearestName('x'.repeat(1_000_000), known), undefined)
})
