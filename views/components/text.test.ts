import assert from 'node:assert/strict'
import { it } from 'node:test'
import { unbroken } from './text.ts'

it('a heading keeps its short words with a hyphen whole, and lets long ones break', () => {
  const whole = (word: string) => `<span class="unbroken">${word}</span>`
  const told = String(unbroken('This sign-in can’t go on'))
  assert.equal(told, `This ${whole('sign-in')} can’t go on`)
  assert.equal(
    String(unbroken('Two-step or <b-b>')),
    `${whole('Two-step')} or ${whole('&lt;b-b&gt;')}`,
  )
  assert.equal(String(unbroken('Authenticator-App')), 'Authenticator-App')
  assert.equal(String(unbroken('Your data')), 'Your data')
})
