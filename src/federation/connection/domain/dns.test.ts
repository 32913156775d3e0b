import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { createTxtResolver } from './dns.ts'
import type { TxtResolver } from './domain.ts'

const [txt, cname] = [16, 5]
type Entry = { readonly type: number; readonly data: Buffer }

/** RFC 1035 §3.3: a name, and texts of up to 255 bytes each. */
function nameData(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]))
  return Buffer.concat([...labels, Buffer.from([0])])
}
const textData = (...parts: string[]) =>
  Buffer.concat(parts.map((part) => Buffer.from([part.length, ...Buffer.from(part)])))

const zone: Readonly<Record<string, readonly Entry[] | 'silence' | 'broken'>> = {
  'one.test': [{ type: txt, data: textData('signet-domain=abc') }],
  'several.test': [
    { type: txt, data: textData('v=spf1 -all') },
    { type: txt, data: textData('signet-', 'domain=', 'abc') },
  ],
  'alias.test': [
    { type: cname, data: nameData('evil.test') },
    { type: txt, data: textData('signet-domain=abc') },
  ],
  'address-only.test': [],
  'silent.test': 'silence',
  'broken.test': 'broken',
}

/** Answers what the zone holds; of an alias, as name servers do, with what the alias stands for as well. */
async function startNameServer() {
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const end = query.indexOf(0, 12) + 5
    const question = query.subarray(12, end)
    const labels: string[] = []
    for (let at = 0; question[at]; at += (question[at] ?? 0) + 1)
      labels.push(question.toString('latin1', at + 1, at + 1 + (question[at] ?? 0)))
    const entries = zone[labels.join('.').toLowerCase()]
    if (entries === 'silence') return
    const wanted = question.readUInt16BE(question.length - 4)
    const isAlias = Array.isArray(entries) && entries.some(({ type }) => type === cname)
    const found = Array.isArray(entries)
      ? entries.filter(({ type }) => type === wanted || (isAlias && wanted === txt))
      : []
    const code = entries === undefined ? 3 : entries === 'broken' ? 2 : 0
    const head = Buffer.alloc(12)
    query.copy(head, 0, 0, 2)
    head.writeUInt16BE(0x8180 + code, 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(found.length, 6)
    const answers = found.map(({ type, data }) => {
      const record = Buffer.alloc(12)
      record.writeUInt16BE(0xc00c, 0)
      record.writeUInt16BE(type, 2)
      record.writeUInt16BE(1, 4)
      record.writeUInt16BE(data.length, 10)
      return Buffer.concat([record, data])
    })
    socket.send(Buffer.concat([head, question, ...answers]), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

describe('asking the DNS', () => {
  let socket: Awaited<ReturnType<typeof startNameServer>>
  let resolve: TxtResolver
  before(async () => {
    socket = await startNameServer()
    resolve = createTxtResolver({ servers: [`127.0.0.1:${socket.address().port}`], timeout: 300 })
  })
  after(() => new Promise<void>((done) => socket.close(() => done())))

  it('gives every text, each in one piece (RFC 1035 §3.3.14)', async () => {
    assert.deepEqual(await resolve('one.test'), { kind: 'found', texts: ['signet-domain=abc'] })
    assert.deepEqual(await resolve('several.test'), {
      kind: 'found',
      texts: ['v=spf1 -all', 'signet-domain=abc'],
    })
  })

  it('believes no text behind an alias: it is the word of whoever the alias leads to', async () => {
    assert.deepEqual(await resolve('alias.test'), { kind: 'alias' })
  })

  it('tells nothing found from nothing answered', async () => {
    assert.deepEqual(await resolve('nowhere.test'), { kind: 'none' })
    assert.deepEqual(await resolve('address-only.test'), { kind: 'none' })
    assert.equal((await resolve('silent.test')).kind, 'failed')
    assert.equal((await resolve('broken.test')).kind, 'failed')
    assert.equal((await resolve('not a name')).kind, 'failed')
  })
})
