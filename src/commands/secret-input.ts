import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { CliDeps } from './commands.ts'
import { refusal } from './failure.ts'

/** Where secrets come from: never an argument, which every process of the machine could read and the shell remembers. */
export type SecretInput = {
  /** Asks twice on a terminal, without echo; otherwise all of standard input, less one line end. */
  readNewSecret(what: string): Promise<string>
  /** All of standard input. */
  readText(): Promise<string>
}

const longest = 10 * 1024 * 1024

export function createSecretInput(deps: Pick<CliDeps, 'stdin' | 'stderr'>): SecretInput {
  const { stdin, stderr } = deps

  async function readText(): Promise<string> {
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of stdin) {
      const bytes = Buffer.from(chunk as string | Uint8Array) // a byte stream has no other chunks
      length += bytes.length
      if (length > longest) throw refusal('commands.input_too_long', 'Standard input is too long.')
      chunks.push(bytes)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  async function ask(prompt: string): Promise<string> {
    const silence = new Writable({ write: (_chunk, _encoding, done) => done() })
    const lines = createInterface({ input: stdin, output: silence, terminal: true })
    const given = new AbortController()
    lines.once('SIGINT', () => given.abort())
    lines.once('close', () => given.abort())
    stderr.write(prompt)
    try {
      return await lines.question('', { signal: given.signal })
    } catch (error) {
      if (!given.signal.aborted) throw error
      throw refusal('commands.interrupted', 'Nothing was changed.')
    } finally {
      lines.close()
      stderr.write('\n')
    }
  }

  return {
    readText,

    async readNewSecret(what) {
      const secret = stdin.isTTY ? await ask(`${what}: `) : (await readText()).replace(/\r?\n$/, '')
      if (secret === '')
        throw refusal('commands.secret_missing', `No ${what.toLowerCase()} was given.`)
      if (stdin.isTTY && (await ask(`${what} again: `)) !== secret)
        throw refusal('commands.secret_differs', 'The two are not the same. Nothing was changed.')
      return secret
    },
  }
}
