import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { authorizationAddress, redirectUri } from './subject.ts'

/**
 * One of many who sign in over and over. On a plain socket, reading only what it needs of a page: in earnest a crowd is
 * elsewhere, and here what it costs is taken from those it measures (with a browser that parses, an eighth of all).
 */
export type CrowdMember = Disposable & {
  /** Through every page, in a browser that was never here; how often it was told to come back. */
  signIn(): Promise<number>
}

type Answer = { readonly status: number; readonly head: string; readonly body: string }

export function createCrowdMember(who: {
  readonly port: number
  readonly email: string
  readonly password: string
  /** As the proxy in front of the server tells it. */
  readonly address: string
}): CrowdMember {
  const { port, email, password, address } = who
  const connection = openConnection(port)
  let cookies = new Map<string, string>()

  async function ask(path: string, form?: URLSearchParams): Promise<Answer> {
    const body = form?.toString() ?? ''
    const ours = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await connection.ask(
      `${form ? 'POST' : 'GET'} ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nX-Forwarded-For: ${address}\r\n` +
        `X-Forwarded-Proto: http\r\nAccept: text/html\r\nAccept-Language: en\r\nSec-Fetch-Site: same-origin\r\n` +
        (ours === '' ? '' : `Cookie: ${ours}\r\n`) +
        (form
          ? `Origin: null\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n`
          : '') +
        `\r\n${body}`,
    )
    for (const [, name = '', value = ''] of answer.head.matchAll(
      /^set-cookie: ([^=]+)=([^;\r]*)/gim,
    )) {
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }

  /** Wherever it is sent, as long as that is here. */
  async function visit(first: string, form?: URLSearchParams): Promise<Answer> {
    let answer = await ask(first, form)
    for (;;) {
      const location = headerOf(answer, 'location')
      if (location === undefined || location.startsWith(redirectUri)) return answer
      const { pathname, search } = new URL(location, `http://localhost:${port}`)
      answer = await ask(pathname + search)
    }
  }

  function submit(page: Answer, field: string, value: string): Promise<Answer> {
    const { action, hidden } = formWith(page, field)
    return visit(action, new URLSearchParams(Object.fromEntries([...hidden, [field, value]])))
  }

  return {
    async signIn() {
      cookies = new Map()
      const form = await submit(await visit(authorizationAddress), 'email', email)
      let page = await submit(form, 'password', password)
      let turnedAway = 0
      for (; page.status === 503; turnedAway += 1) {
        const wait = Number(headerOf(page, 'retry-after'))
        if (!(wait > 0)) throw new Error('turned away without being told when to come back')
        await delay(wait * 1000)
        page = await submit(form, 'password', password) // as a browser that reloads
      }
      if (headerOf(page, 'location') === undefined) throw new Error(`answered ${page.status}`)
      return turnedAway
    },
    [Symbol.dispose]: connection.close,
  }
}

function headerOf({ head }: Answer, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)\\r$`, 'im').exec(head)?.[1]
}

/** The form of a page that has this field, with what it carries along. */
function formWith({ status, body }: Answer, field: string) {
  const form = body.split('<form').find((part) => part.includes(`name="${field}"`))
  if (form === undefined) throw new Error(`answered ${status}, without a form for ${field}`)
  const action = unescaped(/action="([^"]*)"/.exec(form)?.[1] ?? '')
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  return {
    action: new URL(action, 'http://localhost').pathname,
    hidden: hidden.map(([, name = '', value = '']) => [name, unescaped(value)] as const),
  }
}

const unescaped = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')

/** One question at a time. */
function openConnection(port: number) {
  const socket = connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1')
  let received = ''
  let waiting: PromiseWithResolvers<Answer> | undefined
  const fail = (error: Error) => waiting?.reject(error)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('closed')))
  socket.on('data', (chunk: string) => {
    received += chunk
    const end = received.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1] ?? 0)
    if (received.length < end + 4 + length) return
    const head = received.slice(0, end + 2)
    const answer = { status: Number(head.slice(9, 12)), head, body: received.slice(end + 4) }
    received = ''
    waiting?.resolve(answer)
  })
  return {
    ask(request: string): Promise<Answer> {
      waiting = Promise.withResolvers<Answer>()
      socket.write(request, 'latin1')
      return waiting.promise
    },
    close: () => void socket.destroy(),
  }
}
