import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Shot } from './operations.ts'

/** Kept-alive connections, one request at a time on each. */
export const concurrency = 16

/**
 * Fires `count` requests, over and over through `shots`, and gives the seconds it took. Plain sockets: `node:http` costs
 * 70 µs a request on this side, and would be the limit of what it measures where a server needs less.
 */
export async function fire(
  port: number,
  shots: readonly Shot[],
  expected: { readonly count: number; readonly status: number },
): Promise<number> {
  const sockets = Array.from({ length: concurrency }, () => connect(port, '127.0.0.1').setNoDelay())
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const { count, status } = expected
  let next = 0

  async function work(socket: Socket): Promise<void> {
    const ask = createAsker(socket)
    while (next < count) {
      const shot = shots[next % shots.length]
      next += 1
      const answer = await ask(shot ?? '')
      if (answer.status !== status) throw new Error(`answered ${answer.status}: ${answer.text}`)
    }
  }

  const begin = performance.now()
  try {
    await Promise.all(sockets.map(work))
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  return (performance.now() - begin) / 1000
}

type Answer = { readonly status: number; readonly text: string }

function createAsker(socket: Socket): (shot: Shot) => Promise<Answer> {
  let received = ''
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined
  const fail = (error: Error) => waiting?.reject(error)
  socket.setEncoding('latin1')
  socket.on('error', fail)
  socket.on('close', () => fail(new Error(`closed after ${JSON.stringify(received)}`)))
  socket.on('data', (chunk: string) => {
    received += chunk
    if (!isWhole(received)) return
    const answer = { status: Number(received.slice(9, 12)), text: received }
    received = ''
    waiting?.resolve(answer)
  })
  return (shot) =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject }
      socket.write(shot, 'latin1')
    })
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1]
  if (length === undefined) throw new Error('an answer without a length')
  return text.length >= end + 4 + Number(length)
}
