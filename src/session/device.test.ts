import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { IncomingHttpHeaders } from 'node:http'
import { deviceOf } from './device.ts'

const mozilla = 'Mozilla/5.0'
const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const apple = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'

const agents: readonly (readonly [
  userAgent: string,
  browser: string | undefined,
  system: string | undefined,
])[] = [
  [
    `${mozilla} (Windows NT 10.0; Win64; x64) ${webkit} Chrome/142.0.0.0 Safari/537.36`,
    'Chrome',
    'Windows',
  ],
  [
    `${mozilla} (Windows NT 10.0; Win64; x64) ${webkit} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`,
    'Edge',
    'Windows',
  ],
  [
    `${mozilla} (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0`,
    'Firefox',
    'Windows',
  ],
  [
    `${mozilla} (Macintosh; Intel Mac OS X 10_15_7) ${apple} Version/26.0 Safari/605.1.15`,
    'Safari',
    'macOS',
  ],
  [
    `${mozilla} (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${apple} Version/26.0 Mobile/15E148 Safari/604.1`,
    'Safari',
    'iPhone',
  ],
  [
    `${mozilla} (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${apple} CriOS/142.0 Mobile/15E148 Safari/604.1`,
    'Chrome',
    'iPhone',
  ],
  [
    `${mozilla} (iPad; CPU OS 18_6 like Mac OS X) ${apple} FxiOS/145.0 Mobile/15E148 Safari/605.1.15`,
    'Firefox',
    'iPad',
  ],
  [
    `${mozilla} (Linux; Android 10; K) ${webkit} Chrome/142.0.0.0 Mobile Safari/537.36`,
    'Chrome',
    'Android',
  ],
  [
    `${mozilla} (Linux; Android 10; K) ${webkit} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36`,
    'Samsung Internet',
    'Android',
  ],
  [`${mozilla} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox', 'Linux'],
  [
    `${mozilla} (X11; CrOS x86_64 14541.0.0) ${webkit} Chrome/142.0.0.0 Safari/537.36`,
    'Chrome',
    'ChromeOS',
  ],
  [
    `${mozilla} (Windows NT 10.0) ${webkit} Chrome/141.0.0.0 Safari/537.36 OPR/125.0.0.0`,
    'Opera',
    'Windows',
  ],
  [
    `${mozilla} (X11; Linux x86_64) ${webkit} HeadlessChrome/142.0.0.0 Safari/537.36`,
    'Chrome',
    'Linux',
  ],
  ['curl/8.5.0', undefined, undefined],
  ['', undefined, undefined],
  [`Firefox/145.0 ${'x'.repeat(2000)}`, undefined, undefined],
]

describe('what a browser is called', () => {
  for (const [userAgent, browser, system] of agents) {
    it(`${browser ?? 'nothing'} on ${system ?? 'nothing'}: ${userAgent.slice(0, 90)}`, () => {
      assert.deepEqual(deviceOf({ 'user-agent': userAgent }), { browser, system })
    })
  }

  const frozen = agents[0]?.[0]
  const hinted = (brand: string, platform: string): IncomingHttpHeaders => ({
    'user-agent': frozen,
    'sec-ch-ua': `"Not_A Brand";v="99", "Chromium";v="142", ${brand}`,
    'sec-ch-ua-platform': platform,
  })

  const hints: readonly (readonly [IncomingHttpHeaders, browser: string, system: string])[] = [
    [hinted('"Brave";v="142"', '"macOS"'), 'Brave', 'macOS'],
    [hinted('"Microsoft Edge";v="142"', '"Chrome OS"'), 'Edge', 'ChromeOS'],
    // what nobody knows is not shown: a header is whatever its sender likes
    [hinted('"Your Bank";v="1"', '"<script>"'), 'Chrome', 'Windows'],
    [hinted('"toString";v="1"', '"constructor"'), 'Chrome', 'Windows'],
    [hinted('Brave', ''), 'Chrome', 'Windows'],
  ]

  for (const [headers, browser, system] of hints) {
    it(`by its hints (UA Client Hints §3): ${JSON.stringify(headers['sec-ch-ua'])}`, () => {
      assert.deepEqual(deviceOf(headers), { browser, system })
    })
  }
})
