import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brandId, type TenantId } from '#kit/ids.ts'
import { startSmtp } from '#test/support/smtp.ts'
import { MailRefused, type Mail } from './mail.ts'
import { createSmtpTransport } from './smtp.ts'
import { exampleMail } from './store.contract.ts'

const mail = exampleMail(brandId<TenantId>('main'))
const from = 'Signet <no-reply@example.test>'
const impatient = { connection: 200, greeting: 200, silence: 200, whole: 1000 }

async function talk() {
  const server = await startSmtp()
  const transport = createSmtpTransport({ url: server.url, from, patience: impatient })
  return {
    server,
    transport,
    async [Symbol.asyncDispose]() {
      await transport.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

describe('SMTP', () => {
  test('hands over one mail to one recipient, as text and HTML', async () => {
    await using conversation = await talk()
    await conversation.transport.send(mail)
    const [message, ...others] = conversation.server.messages
    assert.deepEqual(others, [])
    assert.equal(message?.from, 'no-reply@example.test')
    assert.deepEqual(message?.to, ['ada@example.test'])
    assert.match(message?.data ?? '', /^Subject: Was this you\?\r$/m)
    assert.match(message?.data ?? '', /Content-Type: text\/plain/)
    assert.match(message?.data ?? '', /Content-Type: text\/html/)
  })

  test('says that no person wrote it (RFC 3834 §5)', async () => {
    await using conversation = await talk()
    await conversation.transport.send(mail)
    assert.match(conversation.server.messages[0]?.data ?? '', /^Auto-Submitted: auto-generated\r$/m)
  })

  test('keeps a subject in any language one header', async () => {
    await using conversation = await talk()
    await conversation.transport.send({ ...mail, subject: 'Grüße ✓' })
    assert.match(conversation.server.messages[0]?.data ?? '', /^Subject: =\?UTF-8\?/m)
  })

  test('sends to the domain that was looked up, however it is written (Q58)', async () => {
    await using conversation = await talk()
    await conversation.transport.send({ ...mail, to: 'Ada@ｅxample。TEST' })
    assert.deepEqual(conversation.server.messages[0]?.to, ['Ada@example.test'])
  })

  const misleading: readonly (readonly [string, Partial<Mail>])[] = [
    ['two addresses', { to: 'ada@example.test, eve@evil.test' }],
    ['a quoted local part (CVE-2025-13033)', { to: '"ada@example.test eve"@evil.test' }],
    ['a name and an address', { to: 'Ada <ada@example.test>' }],
    ['a line break in the address', { to: 'ada@example.test\r\nRCPT TO:<eve@evil.test>' }],
    ['a line break in the subject', { subject: 'Hello\r\nBcc: eve@evil.test' }],
    ['a domain that is cut where a URL ends its host', { to: 'ada@example.test/.evil.test' }],
    ['no address', { to: '' }],
  ]
  for (const [what, wrong] of misleading) {
    test(`sends nothing for ${what} (Q58)`, async () => {
      await using conversation = await talk()
      await assert.rejects(conversation.transport.send({ ...mail, ...wrong }), MailRefused)
      assert.deepEqual(conversation.server.messages, [])
    })
  }

  test('a 550 to the recipient is for ever (RFC 5321 §4.2.1)', async () => {
    await using conversation = await talk()
    conversation.server.behave('refuse')
    await assert.rejects(conversation.transport.send(mail), MailRefused)
  })

  for (const behaviour of ['defer', 'hang', 'turn-away'] as const) {
    test(`a server that answers with "${behaviour}" may take it later (R6)`, async () => {
      await using conversation = await talk()
      conversation.server.behave(behaviour)
      const failure = await conversation.transport.send(mail).catch((error: unknown) => error)
      assert.ok(failure instanceof Error)
      assert.ok(!(failure instanceof MailRefused))
      conversation.server.behave('accept')
      await conversation.transport.send(mail)
      assert.equal(conversation.server.messages.length, 1)
    })
  }

  test('a server that is not there is no reason to give up (R6)', async () => {
    const server = await startSmtp()
    await server[Symbol.asyncDispose]()
    const transport = createSmtpTransport({ url: server.url, from, patience: impatient })
    const failure = await transport.send(mail).catch((error: unknown) => error)
    assert.ok(failure instanceof Error)
    assert.ok(!(failure instanceof MailRefused))
    await assert.rejects(transport.verify())
  })

  test('can be asked whether the server answers', async () => {
    await using conversation = await talk()
    await conversation.transport.verify()
    conversation.server.behave('hang')
    await assert.rejects(conversation.transport.verify())
  })

  test('reads no file and no address for a mail', async () => {
    await using conversation = await talk()
    const sneaky = { ...mail, html: { path: '/etc/hostname' } } as unknown as Mail // what a bug might pass
    await assert.rejects(conversation.transport.send(sneaky))
    assert.deepEqual(conversation.server.messages, [])
  })
})
