import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId, type AccountId, type SessionUid, type TenantId } from '#kit/ids.ts'
import { google } from '#test/support/identities.ts'
import type { SuspectSession } from './endings.ts'
import { createEnforcedEndings } from './service.ts'

const sessionOf = (name: string): SuspectSession => ({
  uid: brandId<SessionUid>(name),
  account: {
    id: brandId<AccountId>(`id-of-${name}`),
    tenantId: brandId<TenantId>('main'),
    email: `${name}@acme.test`,
    roles: [],
  },
  acr: undefined,
  amr: ['pwd'],
})

type Odd = { readonly stays?: string; readonly returns?: string; readonly fails?: string }

function open(count: number, { stays, returns, fails }: Odd = {}) {
  const all = Array.from({ length: count }, (_, at) => sessionOf(String(at).padStart(4, '0')))
  const ended: string[] = []
  const asked: number[] = []
  const endAll = createEnforcedEndings({
    suspects: {
      async list(after, limit) {
        asked.push(limit)
        return all.filter(({ uid }) => uid > (after?.uid ?? '')).slice(0, limit)
      },
      isStill: async ({ uid }) => uid !== returns,
    },
    enforcement: {
      instead: async ({ email }) => (email === `${stays}@acme.test` ? undefined : google),
    },
    sessions: {
      async end(_, uid) {
        if (uid === fails) throw new Error('not reached')
        ended.push(uid)
        return 'ended'
      },
    },
  })
  return { endAll, ended, asked }
}

describe('sessions of before a domain had to sign in elsewhere', () => {
  it('are ended, however many, in batches', async () => {
    const { endAll, ended, asked } = open(450)
    assert.equal(await endAll(), 450)
    assert.equal(new Set(ended).size, 450)
    assert.deepEqual(asked, [200, 200, 200])
  })

  it('stay where the sign-in may stand', async () => {
    const { endAll, ended } = open(3, { stays: '0001' })
    assert.equal(await endAll(), 2)
    assert.deepEqual(ended, ['0000', '0002'])
  })

  it('stay where their person came back from over there meanwhile', async () => {
    const { endAll, ended } = open(3, { returns: '0001' })
    assert.equal(await endAll(), 2)
    assert.deepEqual(ended, ['0000', '0002'])
  })

  it('are ended though one of them cannot be, which is told of', async () => {
    const { endAll, ended } = open(3, { fails: '0001' })
    await assert.rejects(endAll(), AggregateError)
    assert.deepEqual(ended, ['0000', '0002'])
  })
})
