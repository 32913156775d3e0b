import type { IncomingHttpHeaders } from 'node:http'
import type { Device } from './session.ts'

/**
 * What a person calls their browser and system. For recognition only: anybody can send any header, so nothing is decided
 * by it. Order matters: most browsers also claim to be the ones they descend from.
 */
const browsers: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\b(?:OPR|OPT|Opera)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Vivaldi', /\bVivaldi\//],
  ['Yandex', /\bYaBrowser\//],
  ['DuckDuckGo', /\b(?:DuckDuckGo|Ddg)\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS|Chromium|HeadlessChrome)\//],
  ['Safari', /\bVersion\/[\d.]+.*\bSafari\//],
]

const systems: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Windows', /\bWindows\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\b(?:Macintosh|Mac OS X)\b/],
  ['Linux', /\b(?:Linux|X11)\b/],
]

/** As Chromium names them (UA Client Hints §3.2). */
const brands: Readonly<Record<string, string>> = {
  'Google Chrome': 'Chrome',
  'Microsoft Edge': 'Edge',
  Opera: 'Opera',
  Brave: 'Brave',
  Vivaldi: 'Vivaldi',
  YaBrowser: 'Yandex',
  'Samsung Internet': 'Samsung Internet',
}

const platforms: Readonly<Record<string, string>> = {
  Windows: 'Windows',
  macOS: 'macOS',
  Android: 'Android',
  Linux: 'Linux',
  'Chrome OS': 'ChromeOS',
  'Chromium OS': 'ChromeOS',
}

/** Longer than any browser says: not worth a look. */
const longest = 1000

/** Client hints win: a browser that freezes its User-Agent tells the truth there. */
export function deviceOf(headers: IncomingHttpHeaders): Device {
  const userAgent = textOf(headers['user-agent'])
  return {
    browser: hintedBrowser(textOf(headers['sec-ch-ua'])) ?? named(browsers, userAgent),
    system: hintedSystem(textOf(headers['sec-ch-ua-platform'])) ?? named(systems, userAgent),
  }
}

function hintedBrowser(hint: string): string | undefined {
  const names = [...hint.matchAll(/"([^"\\]{1,40})";v=/g)].map(([, name = '']) => name)
  return names.map((name) => own(brands, name)).find((name) => name !== undefined)
}

function hintedSystem(hint: string): string | undefined {
  return own(platforms, hint.replaceAll('"', ''))
}

function own(names: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined
}

function named(
  table: readonly (readonly [name: string, pattern: RegExp])[],
  text: string,
): string | undefined {
  return table.find(([, pattern]) => pattern.test(text))?.[0]
}

function textOf(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' && value.length <= longest ? value : ''
}
