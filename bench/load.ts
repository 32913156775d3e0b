import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Shot } from './operations.ts'

/** Kept-alive connections, one request at a time on each. */
export const concurrency = 16

/**
 * Fires `count` requests, over and over through `shots`, and gives the seconds it took. Plain sockets: `node:http` costs
 * 70 µs a request on this side, and would be the limit of what it measures where a server needs less. `isAwake`: it does
 * not sleep while it waits, because waking it costs the server up to 50 µs an answer on a virtual machine (measured),
 * and most where a server answers one at a time. Only where no store wants this core.
 */
export async function fire(
  port: number,
  shots: readonly Shot[],
  how: { readonly count: number; readonly status: number; readonly isAwake: boolean },
): Promise<number> {
  const sockets = Array.from({ length: concurrency }, () => connect(port, '127.0.0.1').setNoDelay())
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const { count, status, isAwake } = how
  let next = 0

  async function work(socket: Socket): Promise<void> {
    const ask = createAsker(socket)
    while (next < count) {
      const shot = shots[next % shots.length]
      next += 1
      const answer = await ask(shot ?? '')
      if (answer.status !== status) throw new Error(`answered ${answer.status}: ${answer.head}`)
    }
  }

  const sleep = isAwake ? stayAwake() : () => undefined
  const begin = performance.now()
  try {
    await Promise.all(sockets.map(work))
  } finally {
    sleep()
    for (const socket of sockets) socket.destroy()
  }
  return (performance.now() - begin) / 1000
}

/** Until the returned function is called, this process has something to do. */
function stayAwake(): () => void {
  let isAwake = true
  const turn = () => void (isAwake && setImmediate(turn))
  turn()
  return () => {
    isAwake = false
  }
}

type Answer = { readonly status: number; readonly head: string }

/** Nothing is decoded that is not looked at: with 16 connections the asking side would soon be the slower one. */
function createAsker(socket: Socket): (shot: Shot) => Promise<Answer> {
  let head = ''
  let expected = Infinity
  let received = 0
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined
  const fail = (error: Error) => waiting?.reject(error)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error(`closed after ${JSON.stringify(head)}`)))
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length
    if (expected === Infinity) {
      head += chunk.toString('latin1')
      expected = lengthOf(head)
    }
    if (received < expected) return
    const answer = { status: Number(head.slice(9, 12)), head }
    head = ''
    expected = Infinity
    received = 0
    waiting?.resolve(answer)
  })
  return (shot) =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject }
      socket.write(shot, 'latin1')
    })
}

/** Of the whole answer in bytes; infinite while its head is not there. */
function lengthOf(text: string): number {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return Infinity
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1]
  if (length === undefined) throw new Error('an answer without a length')
  return end + 4 + Number(length)
}
