/**
 * A small file in MaxMind's format (MaxMind DB File Format Specification 2.0): IPv4, 24-bit records, one value for one
 * network. Enough to prove that ours is read; real ones are not free to give away.
 */
export function writeMmdb(network: string, value: object): Buffer {
  const [address = '', length = '32'] = network.split('/')
  const bits = address
    .split('.')
    .flatMap((part) => Array.from({ length: 8 }, (_, at) => (Number(part) >> (7 - at)) & 1))
    .slice(0, Number(length))
  const count = bits.length
  const tree = Buffer.alloc(count * 6)
  for (const [node, bit] of bits.entries()) {
    const next = node + 1 < count ? node + 1 : count + separator.length
    tree.writeUIntBE(bit === 0 ? next : count, node * 6, 3)
    tree.writeUIntBE(bit === 1 ? next : count, node * 6 + 3, 3)
  }
  const metadata = {
    node_count: count,
    record_size: 24,
    ip_version: 4,
    database_type: 'Test-City',
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1,
    description: { en: 'for tests' },
  }
  return Buffer.concat([tree, separator, encode(value), marker, encode(metadata)])
}

const separator = Buffer.alloc(16)
const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')])

const types = { string: 2, double: 3, uint32: 6, map: 7, array: 11 } as const

function control(type: number, size: number): Buffer {
  if (size > 28) throw new Error('too large for this writer')
  return Buffer.from(type < 8 ? [(type << 5) | size] : [size, type - 7])
}

function encode(value: unknown): Buffer {
  if (typeof value === 'string')
    return Buffer.concat([control(types.string, Buffer.byteLength(value)), Buffer.from(value)])
  if (typeof value === 'number' && (!Number.isInteger(value) || value < 0)) {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value)
    return Buffer.concat([control(types.double, 8), bytes])
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return Buffer.concat([control(types.uint32, 4), bytes])
  }
  if (Array.isArray(value))
    return Buffer.concat([control(types.array, value.length), ...value.map(encode)])
  const entries = Object.entries(value as object)
  return Buffer.concat([
    control(types.map, entries.length),
    ...entries.flatMap(([key, one]) => [encode(key), encode(one)]),
  ])
}
