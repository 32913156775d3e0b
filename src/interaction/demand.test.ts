import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acrMultiFactor, acrPassword, acrPhishingResistant } from '#client/client.ts'
import {
  app,
  demand,
  elsewhere,
  keys,
  none,
  password,
  proof,
  situationOf,
  wish,
} from '#test/support/demand.ts'
import type { Row } from '#test/support/demand.ts'
import type { Step } from './interaction.ts'
import { nextStep } from './next-step.ts'

const table: readonly Row[] = [
  { when: 'nobody asks for more', comes: 'signed_in' },
  {
    when: 'the person has set an app up',
    prover: { factors: app },
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'the tenant asks for nothing',
    settings: { second_factor: 'off' },
    prover: { factors: app },
    comes: 'signed_in',
  },
  {
    when: 'one passkey alone is no second factor',
    prover: { factors: { ...none, passkeys: 1 } },
    comes: 'signed_in',
  },
  { when: 'two passkeys are', prover: { factors: keys }, comes: ['passkey'], trustDays: 30 },
  {
    when: 'one passkey and codes are',
    prover: { factors: { ...none, passkeys: 1, recoveryCodes: 3 } },
    comes: ['passkey', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'the second step is done',
    prover: { factors: app },
    proofs: [password, proof('totp')],
    comes: 'signed_in',
  },
  {
    when: 'a recovery code stands for it',
    prover: { factors: app },
    proofs: [password, proof('recovery_code')],
    comes: 'signed_in',
  },
  {
    when: 'the first was a passkey its owner unlocked',
    prover: { factors: { ...app, passkeys: 1 } },
    proofs: [proof('passkey', true)],
    comes: 'signed_in',
  },
  {
    when: 'the first was a passkey that was only touched',
    prover: { factors: { ...app, passkeys: 1 } },
    proofs: [proof('passkey', false)],
    comes: ['totp', 'password', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'the device is remembered',
    prover: { factors: app, isTrustedHere: true },
    comes: 'signed_in',
  },
  {
    when: 'the device is remembered and the application wants more (it never skips a step-up)',
    prover: { factors: app, isTrustedHere: true },
    ...demand(acrMultiFactor),
    comes: ['totp', 'recovery_code'],
    trustDays: 0,
  },
  {
    when: 'the tenant remembers no device',
    settings: { trusted_device_days: 0 },
    prover: { factors: app },
    comes: ['totp', 'recovery_code'],
    trustDays: 0,
  },
  {
    when: 'the person chose another way',
    prover: { factors: app },
    way: 'recovery_code',
    comes: ['recovery_code', 'totp'],
    trustDays: 30,
  },
  {
    when: 'an app was used here last: it comes first',
    prover: { factors: { ...app, passkeys: 1 }, lastWay: 'totp' },
    comes: ['totp', 'passkey', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'what was used here last is no more theirs',
    prover: { factors: app, lastWay: 'passkey' },
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'the way they chose is none of theirs',
    prover: { factors: app },
    way: 'passkey',
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },

  {
    when: 'a second step is required and a code by mail is one',
    settings: { second_factor: 'required', email_code_as_second_step: true },
    comes: ['email_code'],
    trustDays: 30,
  },
  {
    when: 'a code by mail was the first step: it is not the second too',
    settings: { second_factor: 'required', email_code_as_second_step: true },
    prover: { factors: { ...none, password: false } },
    proofs: [proof('email_code')],
    comes: 'unmet',
  },
  {
    when: 'the password follows a code by mail, which is one step of two',
    settings: { second_factor: 'required', email_code_as_second_step: true },
    proofs: [proof('email_code')],
    comes: ['password'],
  },
  {
    when: 'a code by mail was the first step and is no second: nor is the password after it',
    prover: { factors: app },
    proofs: [proof('email_code')],
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'a password and a code by mail are all there is, and no two steps',
    settings: { second_factor: 'required' },
    prover: { factors: app },
    proofs: [password, proof('email_code')],
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'the code by mail is proved',
    settings: { second_factor: 'required', email_code_as_second_step: true },
    proofs: [password, proof('email_code')],
    comes: 'signed_in',
  },
  {
    when: 'a group is held to more than the tenant',
    settings: { second_factor: 'off', second_factor_by_group: { staff: 'required' } },
    prover: { groups: ['staff'], factors: app },
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'no group of theirs is',
    settings: { second_factor: 'off', second_factor_by_group: { staff: 'required' } },
    prover: { groups: ['guests'], factors: app },
    comes: 'signed_in',
  },
  {
    when: 'a group never loosens what the tenant asks',
    settings: { second_factor: 'required', second_factor_by_group: { staff: 'off' } },
    prover: { groups: ['staff'], factors: app },
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },

  {
    when: 'only a passkey will do',
    settings: { second_factor: 'passkey' },
    prover: { factors: { ...app, passkeys: 1 } },
    comes: ['passkey'],
    trustDays: 0,
  },
  {
    when: 'only a passkey will do and there is none',
    settings: { second_factor: 'passkey' },
    prover: { factors: app },
    comes: 'unmet',
  },
  {
    when: 'only a passkey will do, on a device that is remembered',
    settings: { second_factor: 'passkey' },
    prover: { factors: keys, isTrustedHere: true },
    comes: ['passkey'],
    trustDays: 0,
  },
  {
    when: 'the passkey was touched after the password',
    settings: { second_factor: 'passkey' },
    prover: { factors: keys },
    proofs: [password, proof('passkey', false)],
    comes: 'signed_in',
  },
  {
    when: 'the passkey was touched and nothing else',
    settings: { second_factor: 'passkey' },
    prover: { factors: keys },
    proofs: [proof('passkey', false)],
    comes: ['password'],
  },

  {
    when: 'two factors are wished for and there are none: it is told as it is',
    ...wish(acrMultiFactor),
    comes: 'signed_in',
  },
  {
    when: 'two factors are wished for and there are',
    ...wish(acrMultiFactor),
    settings: { second_factor: 'off' },
    prover: { factors: app },
    comes: ['totp', 'recovery_code'],
    trustDays: 0,
  },
  {
    when: 'two factors are demanded and there are none',
    ...demand(acrMultiFactor),
    comes: 'unmet',
  },
  {
    when: 'two factors are demanded: a code by mail is none (Q47)',
    ...demand(acrMultiFactor),
    settings: { email_code_as_second_step: true },
    comes: 'unmet',
  },
  {
    when: 'two factors are demanded after a code by mail: an app and a password',
    ...demand(acrMultiFactor),
    prover: { factors: app },
    proofs: [proof('email_code')],
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'the app comes after the code by mail: the password is left',
    ...demand(acrMultiFactor),
    prover: { factors: app },
    proofs: [proof('email_code'), proof('totp')],
    comes: ['password'],
  },
  {
    when: 'what cannot be phished is demanded',
    ...demand(acrPhishingResistant),
    prover: { factors: { ...app, passkeys: 1 } },
    proofs: [password, proof('totp')],
    comes: ['passkey'],
    trustDays: 0,
  },
  {
    when: 'what cannot be phished is wished for, and two factors are what there is',
    ...wish(acrPhishingResistant),
    prover: { factors: app },
    proofs: [password, proof('totp')],
    comes: 'signed_in',
  },
  {
    when: 'it is wished for, and two factors demanded',
    needed: acrPhishingResistant,
    required: acrMultiFactor,
    settings: { second_factor: 'off' },
    prover: { factors: app },
    comes: ['totp', 'recovery_code'],
    trustDays: 0,
  },
  { when: 'one factor is demanded', ...demand(acrPassword), comes: 'signed_in' },
  {
    when: 'they signed in elsewhere, with one factor',
    prover: { factors: app },
    proofs: [elsewhere(false)],
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'they signed in elsewhere, and a password of ours is no second factor to that',
    settings: { second_factor: 'required', email_code_as_second_step: true },
    proofs: [elsewhere(false)],
    comes: ['email_code'],
    trustDays: 30,
  },
  {
    when: 'they signed in elsewhere, with more than the connection may vouch for (CVE-2026-15616)',
    ...demand(acrMultiFactor),
    prover: { factors: app },
    proofs: [{ ...elsewhere(false), amr: ['pwd', 'mfa'] }],
    comes: ['totp', 'recovery_code'],
    trustDays: 30,
  },
  {
    when: 'they signed in elsewhere, with two factors the connection may vouch for',
    ...demand(acrMultiFactor),
    settings: { second_factor: 'required' },
    prover: { factors: app },
    proofs: [elsewhere(true)],
    comes: 'signed_in',
  },
  {
    when: 'they signed in elsewhere, and what cannot be phished is demanded',
    ...demand(acrPhishingResistant),
    prover: { factors: { ...app, passkeys: 1 } },
    proofs: [elsewhere(true)],
    comes: ['passkey'],
    trustDays: 0,
  },
]

function told(step: Step): Pick<Row, 'comes' | 'trustDays'> {
  if (step.kind === 'signed_in' || step.kind === 'unmet') return { comes: step.kind }
  if (step.kind === 'password') return { comes: ['password'] }
  assert.equal(step.kind, 'second_step')
  const { method, ways, trustDays } = step
  return { comes: [method, ...ways.filter((way) => way !== method)], trustDays }
}

describe('what is wanted of somebody who has proved who they are (Q42, Q47-Q49)', () => {
  for (const row of table) {
    it(`is ${String(row.comes)} when ${row.when}`, () => {
      const { comes, trustDays } = row
      const expected = trustDays === undefined ? { comes } : { comes, trustDays }
      assert.deepEqual(told(nextStep(situationOf(row))), expected)
    })
  }
})
