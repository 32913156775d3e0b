import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import { openEmailCodes } from '#test/support/email-codes.ts'
import { email, requesterFrom, tenant } from '#test/support/password-login.ts'
import { createBinding } from './binding.ts'
import { createIssue } from './issue.ts'
import { createRecords } from './records.ts'

it('a code that is not mailed fits nothing: the mails bound the guesses (Q39, Q40)', async () => {
  const deps = await openEmailCodes()
  const binding = createBinding(deps.keys)
  const records = createRecords(createMemoryEphemeral(deps))
  /** What fits the right code, and what was kept of each that was asked for. */
  const right: string[] = []
  const kept: string[] = []
  const issue = createIssue(
    deps,
    { ...records, put: async (_shelf, _id, { mac }) => void kept.push(mac) },
    {
      ...binding,
      mac(...bound) {
        right.push(binding.mac(...bound))
        return right.at(-1) ?? ''
      },
    },
  )
  for (let n = 0; n < 5; n += 1) {
    await issue({
      tenant,
      purpose: 'reset_password',
      email,
      accountId: deps.ada.id,
      browser: String(n),
      requester: requesterFrom(`10.0.0.${n}`),
      letter: ({ code }) => ({ kind: 'test', subject: code, text: code, html: code }),
    })
  }
  assert.equal((await deps.outbox.recent(10)).length, 3)
  assert.deepEqual(
    kept.map((mac, n) => mac === right[n]),
    [true, true, true, false, false],
  )
})
