import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { buildClientModel, endSession, issueFromSource } from './internals.ts'

// Deep imports are outside of the engine's semantic versioning: whoever updates it reads these first.
it('finds the parts of the engine it reaches into', () => {
  assert.equal(buildClientModel.name, 'add')
  assert.equal(endSession.name, 'endSession')
  assert.equal(issueFromSource.name, 'issueTokens')
})

it('is pinned to the version that was read', () => {
  const { dependencies } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  assert.match(dependencies['oidc-provider'], /^\d+\.\d+\.\d+$/)
})
