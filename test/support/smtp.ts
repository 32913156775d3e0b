import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** What the server does with the next conversation. */
export type SmtpBehaviour =
  /** Takes the mail. */
  | 'accept'
  /** 451 at the end of the data: greylisting, a full disk. */
  | 'defer'
  /** 550 to the recipient. */
  | 'refuse'
  /** 554 instead of a greeting. */
  | 'turn-away'
  /** Takes the connection and says nothing. */
  | 'hang'

export type SmtpMessage = {
  readonly from: string
  readonly to: readonly string[]
  /** Headers and body as they came, dots unstuffed. */
  readonly data: string
}

export type TestSmtp = AsyncDisposable & {
  readonly url: string
  readonly messages: readonly SmtpMessage[]
  behave(behaviour: SmtpBehaviour): void
}

/** A mail server for tests: a real conversation (RFC 5321) over a real socket. */
export async function startSmtp(): Promise<TestSmtp> {
  const messages: SmtpMessage[] = []
  const sockets = new Set<Socket>()
  let behaviour: SmtpBehaviour = 'accept'

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    converse(socket, behaviour, messages)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')

  return {
    url: `smtp://127.0.0.1:${address.port}`,
    messages,
    behave: (next) => void (behaviour = next),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function converse(socket: Socket, behaviour: SmtpBehaviour, messages: SmtpMessage[]): void {
  if (behaviour === 'hang') return
  const say = (line: string) => socket.write(`${line}\r\n`)
  if (behaviour === 'turn-away') {
    say('554 no service here')
    socket.end()
    return
  }
  let buffer = ''
  let from = ''
  let to: string[] = []
  let inData = false

  function command(line: string): void {
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === 'EHLO') say('250 mail.example.test')
    else if (verb === 'MAIL') {
      from = addressIn(line)
      to = []
      say('250 ok')
    } else if (verb === 'RCPT') {
      if (behaviour !== 'refuse') to.push(addressIn(line))
      say(behaviour === 'refuse' ? '550 no such mailbox' : '250 ok')
    } else if (verb === 'DATA') {
      inData = true
      say('354 go ahead')
    } else if (verb === 'QUIT') {
      say('221 bye')
      socket.end()
    } else say('250 ok')
  }

  function message(data: string): void {
    inData = false
    if (behaviour === 'defer') return void say('451 try again later')
    messages.push({ from, to, data: data.replace(/^\.\./gm, '.') })
    say('250 taken')
  }

  say('220 mail.example.test')
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    buffer += chunk
    for (;;) {
      const end = buffer.indexOf(inData ? '\r\n.\r\n' : '\r\n')
      if (end < 0) return
      const text = buffer.slice(0, end)
      buffer = buffer.slice(end + (inData ? 5 : 2))
      if (inData) message(text)
      else command(text)
    }
  })
}

function addressIn(line: string): string {
  return /<(.*)>/.exec(line)?.[1] ?? ''
}
