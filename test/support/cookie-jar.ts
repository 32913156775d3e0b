import { systemClock } from '#kit/clock.ts'

export type Cookie = {
  readonly name: string
  readonly value: string
  readonly path: string
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite: string | undefined
  /** Epoch ms; undefined: until the browser is closed. */
  readonly expires: number | undefined
}

/** The cookies of one host (RFC 6265 §5), which is all a test of one issuer needs. */
export type CookieJar = {
  readonly list: () => readonly Cookie[]
  find(name: string): Cookie | undefined
  /** The `Cookie` header for an address; undefined when there is none to send. */
  header(url: URL): string | undefined
  take(setCookies: readonly string[], url: URL): void
  put(cookie: Cookie): void
  remove(name: string): void
  clear(): void
}

export function createCookieJar(): CookieJar {
  const cookies = new Map<string, Cookie>()
  const keyOf = (cookie: Pick<Cookie, 'name' | 'path'>) => `${cookie.name};${cookie.path}`
  const living = () => [...cookies.values()].filter(({ expires }) => !hasPassed(expires))

  return {
    list: living,
    find: (name) => living().find((cookie) => cookie.name === name),
    header(url) {
      const sent = living()
        .filter(({ path, secure }) => matches(path, url.pathname) && (!secure || isSecure(url)))
        .sort((a, b) => b.path.length - a.path.length)
      return sent.length === 0 ? undefined : sent.map((c) => `${c.name}=${c.value}`).join('; ')
    },
    take(setCookies, url) {
      for (const text of setCookies) {
        const cookie = parse(text, url)
        if (cookie.secure && !isSecure(url)) continue
        if (hasPassed(cookie.expires)) cookies.delete(keyOf(cookie))
        else cookies.set(keyOf(cookie), cookie)
      }
    },
    put: (cookie) => void cookies.set(keyOf(cookie), cookie),
    remove(name) {
      for (const cookie of living()) if (cookie.name === name) cookies.delete(keyOf(cookie))
    },
    clear: () => cookies.clear(),
  }
}

const hasPassed = (expires: number | undefined) =>
  expires !== undefined && expires <= systemClock.now()

const isSecure = (url: URL) => url.protocol === 'https:'

function matches(path: string, pathname: string): boolean {
  return path === '/' || pathname === path || pathname.startsWith(`${path}/`)
}

function parse(text: string, url: URL): Cookie {
  const [pair = '', ...rest] = text.split(';').map((part) => part.trim())
  const [name, value] = splitOnce(pair)
  const attributes = new Map(
    rest.map((part) => {
      const [key, given] = splitOnce(part)
      return [key.toLowerCase(), given] as const
    }),
  )
  return {
    name,
    value,
    path: attributes.get('path') ?? url.pathname.replace(/\/[^/]*$/, ''),
    secure: attributes.has('secure'),
    httpOnly: attributes.has('httponly'),
    sameSite: attributes.get('samesite')?.toLowerCase(),
    expires: expiryOf(attributes),
  }
}

function expiryOf(attributes: ReadonlyMap<string, string>): number | undefined {
  const maxAge = attributes.get('max-age')
  if (maxAge !== undefined) return systemClock.now() + Number(maxAge) * 1000
  const expires = attributes.get('expires')
  return expires === undefined ? undefined : Date.parse(expires)
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
