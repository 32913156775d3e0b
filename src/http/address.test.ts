import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, it } from 'node:test'
import { createAddressResolver, issuerHost, pinAddress } from './address.ts'
import { addressKey, canonicalIp, createNetworks, networkKey } from './networks.ts'
import { requestIdOf } from './request-id.ts'

function request(peer: string, headers: Record<string, string> = {}): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: peer })
  const req = new IncomingMessage(socket)
  Object.assign(req.headers, { host: 'id.example.com', ...headers })
  return req
}

const resolve = createAddressResolver({ trustedProxies: ['10.0.0.0/8', 'fd00::/8'] })
const behindProxy = (headers: Record<string, string>) => resolve(request('10.0.0.1', headers))

describe('the address of a request (F5)', () => {
  it('is the peer when the peer is no proxy of ours, whatever its headers say', () => {
    const address = resolve(
      request('203.0.113.9', {
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'evil.example',
      }),
    )
    const expected = { ip: '203.0.113.9', proto: 'http', host: 'id.example.com', viaProxy: false }
    assert.deepEqual(address, expected)
  })

  it('is the first from the right that is no proxy of ours', () => {
    const ipOf = (chain: string) => behindProxy({ 'x-forwarded-for': chain }).ip
    assert.equal(ipOf('6.6.6.6, 203.0.113.9'), '203.0.113.9')
    assert.equal(ipOf('6.6.6.6, 203.0.113.9, 10.2.3.4'), '203.0.113.9')
    assert.equal(ipOf('10.9.9.9, 10.2.3.4'), '10.9.9.9')
    assert.equal(ipOf('203.0.113.9:4711'), '203.0.113.9')
    assert.equal(ipOf('[2001:DB8::1]:4711'), '2001:db8::1')
  })

  it('falls back to the peer when the header is nonsense (Q50, CVE-2024-47070)', () => {
    const chains = [
      'a',
      '6.6.6.6, a',
      '',
      ',',
      '203.0.113.9,',
      '127.0.0.1.',
      'unknown',
      '1',
      '::1::',
    ]
    for (const chain of chains)
      assert.equal(behindProxy({ 'x-forwarded-for': chain }).ip, '10.0.0.1', chain)
  })

  it('does not read past a proxy into nonsense: the nearest good entry wins', () => {
    assert.equal(behindProxy({ 'x-forwarded-for': 'a, 203.0.113.9' }).ip, '203.0.113.9')
  })

  it('knows a proxy by its IPv4-mapped address', () => {
    const address = resolve(request('::ffff:10.0.0.1', { 'x-forwarded-for': '203.0.113.9' }))
    assert.equal(address.ip, '203.0.113.9')
    assert.equal(address.viaProxy, true)
  })

  it('takes scheme and host from the proxy, the value nearest to us, without the usual port', () => {
    const { proto, host } = behindProxy({
      'x-forwarded-proto': 'http, HTTPS',
      'x-forwarded-host': 'evil.example, ID.example.com:443',
    })
    assert.deepEqual([proto, host], ['https', 'id.example.com'])
    assert.equal(behindProxy({ 'x-forwarded-proto': 'gopher' }).proto, 'http')
    assert.equal(behindProxy({ 'x-forwarded-host': 'id.example.com:80' }).host, 'id.example.com')
    assert.equal(issuerHost('https://id.example.com'), 'id.example.com')
  })
})

describe('a pinned request (F4)', () => {
  it('carries the host and scheme of the issuer and no word of a stranger', () => {
    const req = request('203.0.113.9', {
      host: 'evil.example',
      forwarded: 'host=evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'gopher',
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-prefix': '/evil',
      'x-original-url': '/evil',
    })
    pinAddress(req, { issuer: 'https://id.example.com/t/acme', ip: '203.0.113.9' })
    assert.deepEqual(
      { ...req.headers },
      {
        host: 'id.example.com',
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-proto': 'https',
      },
    )
  })
})

describe('networks', () => {
  it('contain what lies in them, in any spelling', () => {
    const contains = createNetworks(['10.0.0.0/8', '2001:db8::/32'])
    for (const ip of ['10.255.0.1', '::ffff:10.0.0.1', '::FFFF:0a00:0001', '2001:DB8:0:0::1'])
      assert.equal(contains(ip), true, ip)
    for (const ip of ['11.0.0.1', '2001:db9::1', '', 'localhost', '10.0.0', '::'])
      assert.equal(contains(ip), false, ip)
  })

  it('know one text per address', () => {
    assert.equal(canonicalIp('fe80::1%eth0'), 'fe80::1')
    assert.equal(canonicalIp('::ffff:7f00:1'), '127.0.0.1')
    assert.equal(canonicalIp('0:0:0:0:0:0:0:1'), '::1')
  })

  it('count an IPv6 subscriber, not each of its addresses', () => {
    assert.equal(addressKey('203.0.113.9'), '203.0.113.9')
    assert.equal(addressKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
    assert.equal(addressKey('2001:db8:1:2:ffff::'), '2001:db8:1:2::/64')
    assert.equal(addressKey('2001:db8::1'), '2001:db8:0:0::/64')
    assert.equal(addressKey('::1'), '0:0:0:0::/64')
    assert.equal(addressKey('::ffff:203.0.113.9'), '203.0.113.9')
    assert.equal(addressKey('::FFFF:CB00:7109'), '203.0.113.9')
    assert.equal(addressKey('fe80::1%eth0'), 'fe80:0:0:0::/64')
    assert.equal(addressKey('nonsense'), 'unknown')
  })

  it('have a network people come from again', () => {
    assert.equal(networkKey('203.0.113.9'), '203.0.113.0/24')
    assert.equal(networkKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1::/48')
    assert.equal(networkKey('2001:db8::1'), '2001:db8:0::/48')
    assert.equal(networkKey('::1'), '0:0:0::/48')
  })
})

describe('the request id', () => {
  it('is taken from a proxy of ours when it is harmless, and made otherwise', () => {
    const idOf = (peer: string, given: string) => {
      const req = request(peer, { 'x-request-id': given })
      return requestIdOf(req, resolve(req))
    }
    assert.equal(idOf('10.0.0.1', 'abcdef-0123'), 'abcdef-0123')
    assert.notEqual(idOf('203.0.113.9', 'abcdef-0123'), 'abcdef-0123')
    for (const given of ['short', 'a'.repeat(65), 'forged\nline', ''])
      assert.match(idOf('10.0.0.1', given), /^[0-9a-f-]{36}$/)
  })
})
