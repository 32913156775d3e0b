import { createHmac } from 'node:crypto'

/** What the app of somebody shows, so many steps from now: RFC 6238, written once more, as an app would. */
export function codeAt(secret: string, seconds: number, steps = 0): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(seconds / 30) + steps))
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  const number = (mac.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 1_000_000
  return String(number).padStart(6, '0')
}

function fromBase32(text: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = Array.from(text, (letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
  const bytes = bits.join('').match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
}

/** Six digits that no step anywhere near this one has. */
export function wrongCode(secret: string, seconds: number): string {
  const near = Array.from({ length: 61 }, (_, at) => codeAt(secret, seconds, at - 30))
  const wrong = ['000000', '111111', '222222'].find((code) => !near.includes(code))
  if (wrong === undefined) throw new Error('what a coincidence')
  return wrong
}
