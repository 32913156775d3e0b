import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brandId } from '#kit/ids.ts'
import type { TenantId } from '#kit/ids.ts'
import { createKeyDeriver } from '#kit/sealer.ts'
import { builtInAccountClient } from './built-in.ts'
import { verifySecret } from './client.ts'
import { accountClientSecret } from './my-account.ts'

const [one, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
const main = { id: brandId<TenantId>('main'), issuer: 'https://login.example.test' }
const acme = { id: brandId<TenantId>('acme'), issuer: 'https://login.example.test/t/acme' }

test('the client of My account leads home only, and asks for nothing but who it is', () => {
  const { metadata } = builtInAccountClient(acme, createKeyDeriver([one]))
  assert.deepEqual(metadata.redirect_uris, ['https://login.example.test/t/acme/account/callback'])
  assert.deepEqual(metadata.grant_types, ['authorization_code'])
  assert.equal(metadata.scope, 'openid')
  assert.deepEqual(metadata.resources, {})
})

test('its secret is of one tenant, and outlives a rotation of ours (Q88)', () => {
  const before = accountClientSecret(createKeyDeriver([one]), main.id)
  const rotated = createKeyDeriver([other, one])
  const now = accountClientSecret(rotated, main.id)
  assert.ok(verifySecret(builtInAccountClient(main, rotated), before))
  assert.ok(verifySecret(builtInAccountClient(main, rotated), now))
  assert.ok(!verifySecret(builtInAccountClient(acme, rotated), now))
  assert.ok(!verifySecret(builtInAccountClient(main, createKeyDeriver([other])), before))
})
