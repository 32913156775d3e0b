import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { createNetworks, type Networks } from '#http/networks.ts'
import { AppError } from '#kit/errors.ts'

/**
 * An operator's list of addresses to doubt, such as exits of Tor or a feed of hosting networks: a network (CIDR) or an address a
 * line, `#` begins a comment. Read once. Throws `AppError` when the file or a line of it cannot be read: half a list would
 * look like a whole one (Q50).
 */
export function createListedAddresses(file: string | undefined): Networks | undefined {
  if (file === undefined) return undefined
  const lines = read(file).split(/\r?\n/)
  const cidrs = lines.flatMap((line, at) => {
    const text = line.replace(/#.*/, '').trim()
    return text === '' ? [] : [cidrOf(text) ?? refuse(file, `line ${at + 1}`)]
  })
  return createNetworks(cidrs)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    return refuse(file, 'the file', cause)
  }
}

function cidrOf(text: string): string | undefined {
  const [address = '', prefix, ...more] = text.split('/')
  const family = isIP(address)
  const widest = family === 6 ? 128 : 32
  const bits = prefix ?? String(widest)
  const isNetwork = family > 0 && more.length === 0 && /^\d{1,3}$/.test(bits)
  return isNetwork && Number(bits) <= widest ? `${address}/${bits}` : undefined
}

function refuse(file: string, what: string, cause?: unknown): never {
  throw new AppError({
    code: 'risk.addresses_unreadable',
    status: 500,
    message: `RISK_ADDRESSES_FILE: ${what} of ${file} is not readable as networks (CIDR).`,
    cause,
  })
}
