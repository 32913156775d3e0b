import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brandId, type TenantId } from '#kit/ids.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { startSmtp } from '#test/support/smtp.ts'
import { createRecordingLogger } from '#test/support/recording-logger.ts'
import { backoff, createDelivery } from './delivery.ts'
import { MailRefused, type Mail, type Outbox, type Transport } from './mail.ts'
import { createMemoryOutbox } from './memory.ts'
import { createSmtpTransport } from './smtp.ts'
import { exampleMail } from './store.contract.ts'

const mail = exampleMail(brandId<TenantId>('main'))
const day = 24 * 3_600_000

function setUp(send: (mail: Mail) => Promise<void>, wrap = (outbox: Outbox) => outbox) {
  const clock = createFakeClock()
  const outbox = wrap(createMemoryOutbox({ clock }))
  const lines: string[] = []
  const counts: string[] = []
  const transport: Transport = {
    send,
    verify: async () => undefined,
    close: async () => undefined,
  }
  const delivery = createDelivery({
    outbox,
    transport,
    clock,
    logger: createRecordingLogger(lines),
    metrics: { mailSent: (outcome) => void counts.push(outcome) },
  })
  return { clock, outbox, delivery, lines, counts }
}

const refusing = async () => {
  throw new Error('451 later')
}

describe('mail delivery', () => {
  test('sends everything that is due, once', async () => {
    const sent: string[] = []
    const { outbox, delivery, counts } = setUp(async ({ subject }) => void sent.push(subject))
    for (let n = 0; n < 23; n += 1) await outbox.enqueue({ ...mail, subject: `${n}` })
    assert.equal(await delivery.runOnce(), 23)
    assert.equal(await delivery.runOnce(), 0)
    assert.deepEqual(
      sent,
      Array.from({ length: 23 }, (_, n) => `${n}`),
    )
    assert.equal(counts.filter((outcome) => outcome === 'sent').length, 23)
  })

  test('waits 10 seconds, then twice as long each time, at most an hour (R6)', () => {
    const waits = Array.from({ length: 12 }, (_, n) => backoff(n + 1))
    assert.deepEqual(waits, [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600])
    assert.equal(backoff(10_000), 3600)
  })

  test('tries again after the wait a mail the server did not take (R6)', async () => {
    let tries = 0
    const { clock, outbox, delivery, counts, lines } = setUp(async () => {
      tries += 1
      if (tries < 3) throw new Error('451 later')
    })
    await outbox.enqueue(mail)
    await delivery.runOnce()
    clock.advance(9_999)
    await delivery.runOnce()
    assert.equal(tries, 1)
    clock.advance(1)
    await delivery.runOnce()
    clock.advance(20_000)
    await delivery.runOnce()
    assert.equal(tries, 3)
    assert.deepEqual(counts, ['postponed', 'postponed', 'sent'])
    assert.equal(lines.length, 2)
  })

  test('one mail that fails does not hold up the others', async () => {
    const sent: string[] = []
    const { outbox, delivery } = setUp(async ({ subject }) => {
      if (subject === 'poison') throw new Error('451 later')
      sent.push(subject)
    })
    for (const subject of ['one', 'poison', 'two']) await outbox.enqueue({ ...mail, subject })
    await delivery.runOnce()
    assert.deepEqual(sent, ['one', 'two'])
  })

  test('gives up at once what the server will never take', async () => {
    const { clock, outbox, delivery, counts } = setUp(async () => {
      throw new MailRefused('550')
    })
    await outbox.enqueue(mail)
    await delivery.runOnce()
    clock.advance(day)
    assert.equal(await delivery.runOnce(), 0)
    assert.deepEqual(counts, ['failed'])
  })

  test('gives up after two days of trying', async () => {
    const { clock, outbox, delivery, counts } = setUp(refusing)
    await outbox.enqueue(mail)
    await delivery.runOnce()
    clock.advance(2 * day)
    await delivery.runOnce()
    assert.deepEqual(counts, ['postponed', 'failed'])
    clock.advance(2 * day)
    assert.equal(await delivery.runOnce(), 0)
  })

  test('drops a mail that is over, tried before or not (R6)', async () => {
    let isDown = true
    const sent: string[] = []
    const { clock, outbox, delivery, counts } = setUp(async ({ subject }) => {
      if (isDown) throw new Error('451 later')
      sent.push(subject)
    })
    const expiresAt = new Date(clock.now() + 600_000)
    await outbox.enqueue({ ...mail, subject: 'tried', expiresAt })
    await delivery.runOnce()
    await outbox.enqueue({ ...mail, subject: 'not tried', expiresAt })
    await outbox.enqueue({ ...mail, subject: 'for ever' })
    isDown = false
    clock.advance(600_000)
    await delivery.runOnce()
    assert.deepEqual(sent, ['for ever'])
    assert.deepEqual(counts.toSorted(), ['expired', 'expired', 'postponed', 'sent'])
    assert.equal(await delivery.runOnce(), 0)
    assert.ok((await outbox.recent(3)).every(({ text }) => text === ''))
  })

  test('keeps nothing for longer than a week', async () => {
    const { clock, outbox, delivery } = setUp(async () => undefined)
    await outbox.enqueue(mail)
    await delivery.runOnce()
    clock.advance(7 * day + 1)
    await delivery.runOnce()
    assert.deepEqual(await outbox.recent(1), [])
  })

  test('an outbox that fails is said and tried again, never thrown', async () => {
    let down = true
    const sent: string[] = []
    const { outbox, delivery, lines } = setUp(
      async ({ subject }) => void sent.push(subject),
      (real) => ({
        ...real,
        claimDue: (options) => (down ? Promise.reject(new Error('down')) : real.claimDue(options)),
      }),
    )
    await outbox.enqueue(mail)
    assert.equal(await delivery.runOnce(), 0)
    assert.equal(lines.length, 1)
    down = false
    assert.equal(await delivery.runOnce(), 1)
    assert.deepEqual(sent, [mail.subject])
  })

  test('a mail that was taken is not postponed when the outbox cannot be told', async () => {
    const postponed: string[] = []
    const { outbox, delivery, lines } = setUp(
      async () => undefined,
      (real) => ({
        ...real,
        settle: () => Promise.reject(new Error('down')),
        postpone: async (id) => void postponed.push(id),
      }),
    )
    await outbox.enqueue(mail)
    await delivery.runOnce()
    assert.deepEqual(postponed, [])
    assert.deepEqual(lines, ['the outbox failed'])
  })

  test('stopping waits for what is in flight and starts nothing more', async () => {
    const flight = Promise.withResolvers<void>()
    const taken = Promise.withResolvers<void>()
    let sends = 0
    const { outbox, delivery } = setUp(async () => {
      sends += 1
      taken.resolve()
      await flight.promise
    })
    for (let n = 0; n < 11; n += 1) await outbox.enqueue(mail)
    const run = delivery.runOnce()
    await taken.promise
    let stopped = false
    const stopping = delivery.stop().then(() => (stopped = true))
    await new Promise(setImmediate)
    assert.equal(stopped, false)
    flight.resolve()
    await stopping
    assert.equal(await run, 10)
    assert.equal(await delivery.runOnce(), 0)
    assert.equal(sends, 10)
  })

  test('two runs at once are one', async () => {
    let sends = 0
    const { outbox, delivery } = setUp(async () => void (sends += 1))
    await outbox.enqueue(mail)
    await Promise.all([delivery.runOnce(), delivery.runOnce()])
    assert.equal(sends, 1)
  })

  test('without a server, mail stays readable in the outbox', async () => {
    const clock = createFakeClock()
    const outbox = createMemoryOutbox({ clock })
    const logger = createRecordingLogger([])
    const delivery = createDelivery({ outbox, transport: undefined, clock, logger })
    for (let n = 0; n < 3; n += 1) {
      await outbox.enqueue({ ...mail, subject: `${n}` })
      assert.equal(await delivery.runOnce(), 0)
    }
    const recent = await outbox.recent(10)
    assert.deepEqual(
      recent.map(({ text, attempts }) => [text, attempts]),
      Array.from({ length: 3 }, () => [mail.text, 0]),
    )
  })

  test('over a real conversation: greylisted first, delivered after the wait (R6)', async () => {
    await using server = await startSmtp()
    const transport = createSmtpTransport({ url: server.url, from: 'no-reply@example.test' })
    const { clock, outbox, delivery } = setUp((queued) => transport.send(queued))
    await outbox.enqueue(mail)
    server.behave('defer')
    await delivery.runOnce()
    assert.equal(server.messages.length, 0)
    server.behave('accept')
    clock.advance(10_000)
    await delivery.runOnce()
    assert.deepEqual(server.messages[0]?.to, ['ada@example.test'])
  })
})
