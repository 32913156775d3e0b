import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AppError } from '#kit/errors.ts'
import { brandId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import { createLogger } from './logger.ts'
import { scrub } from './redaction.ts'
import { runInRequest } from './request-context.ts'
import type { LogFields, Logger } from './telemetry.ts'

function listen(level = 'trace') {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const logger = createLogger({ level, pretty: false, destination })
  const parsed = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  return { logger, lines, parsed }
}

/** What a careless caller may hand over despite the types. */
function careless(fields: Record<string, unknown>): LogFields {
  return fields
}

describe('a log line', () => {
  it('is one JSON object with level, time, message and the allow-listed fields', () => {
    const { logger, parsed } = listen()
    logger.info('server is listening', { port: 3000, host: '::' })
    const [line] = parsed()
    assert.equal(line?.['level'], 'info')
    assert.equal(line?.['msg'], 'server is listening')
    assert.equal(line?.['port'], 3000)
    assert.ok(!Number.isNaN(Date.parse(String(line?.['time']))))
  })

  it('carries the request id inside a request, and none outside', async () => {
    const { logger, parsed } = listen()
    await runInRequest({ requestId: brandId('req-1') }, async () => {
      await Promise.resolve()
      logger.info('inside')
    })
    logger.info('outside')
    assert.equal(parsed()[0]?.['request_id'], 'req-1')
    assert.equal('request_id' in (parsed()[1] ?? {}), false)
  })

  it('repeats the standing fields of its logger', () => {
    const { logger, parsed } = listen()
    logger.with({ room: 'mail' }).with({ job: 'send' }).warn('postponed', { attempt: 2 })
    const { room, job, attempt } = parsed()[0] ?? {}
    assert.deepEqual({ room, job, attempt }, { room: 'mail', job: 'send', attempt: 2 })
  })

  it('is not written below the level', () => {
    const { logger, lines } = listen('warn')
    logger.info('quiet')
    logger.error('loud')
    assert.equal(lines.length, 1)
  })

  it('cannot be forged by a line break in a value (Q90)', () => {
    const { logger, lines } = listen()
    logger.info('signed in\n{"level":"fatal"}', { reason: 'x\r\n{"msg":"forged"}\u001b[2K' })
    assert.equal(lines.length, 1)
    assert.equal(lines[0]?.trimEnd().includes('\n'), false)
    assert.doesNotMatch(lines[0] ?? '', /\\n|\\r|\\u001b/)
  })
})

describe('redaction by allow-list (Q90, ASVS 16.2.5)', () => {
  const canary = randomToken()
  const written = (write: (logger: Logger) => void) => {
    const { logger, lines } = listen()
    write(logger)
    assert.equal(lines.length, 1)
    return String(lines[0])
  }

  const carriers: readonly [string, (logger: Logger) => void][] = [
    ['an unlisted field', (log) => log.info('x', careless({ password: 'hunter2', token: canary }))],
    ['a request', (log) => log.info('x', careless({ req: { headers: { cookie: canary } } }))],
    [
      'an object under a listed name',
      (log) => log.info('x', careless({ detail: { code: canary } })),
    ],
    ['a query string', (log) => log.info('x', { detail: `GET /cb?code=${canary}&state=1` })],
    ['a short code in a query', (log) => log.info('x', { detail: '/cb?code=hunter2' })],
    [
      'an authorization header',
      (log) => log.info('x', { detail: 'Authorization: Basic aHVudGVyMg==' }),
    ],
    ['a cookie', (log) => log.info('x', { detail: `cookie: ${canary}` })],
    ['the message', (log) => log.info(`redeeming ${canary}`)],
    ['an error message', (log) => log.error('x', { err: new Error(`bad token ${canary}`) })],
    [
      'properties of an error',
      (log) =>
        log.error('x', { err: Object.assign(new Error('x'), { body: canary, detail: canary }) }),
    ],
    ['the cause of an error', (log) => log.error('x', { err: new Error('x', { cause: canary }) })],
    [
      'the message of a cause',
      (log) => log.error('x', { err: new Error('x', { cause: new Error(`password=${canary}`) }) }),
    ],
    [
      'the private detail of an AppError',
      (log) =>
        log.error('x', {
          err: new AppError({ code: 'a.b', status: 400, message: 'm', detail: `got ${canary}` }),
        }),
    ],
    [
      'a connection address',
      (log) =>
        log.error('x', { err: new Error('cannot reach postgres://signet:hunter2@db/signet') }),
    ],
    ['something thrown that is no error', (log) => log.error('x', { err: canary })],
  ]
  for (const [name, write] of carriers)
    it(`keeps secrets in ${name} out`, () => {
      const line = written(write)
      assert.equal(line.includes(canary), false, line)
      assert.doesNotMatch(line, /hunter2|aHVudGVyMg/)
    })

  it('keeps the text that JSON.parse quotes out', () => {
    let thrown: unknown
    try {
      JSON.parse('hunter2')
    } catch (error) {
      thrown = error
    }
    const line = written((log) => log.error('x', { err: thrown }))
    assert.doesNotMatch(line, /hunter2/)
    assert.match(line, /SyntaxError/)
  })

  it('keeps what an operator needs: class, code, frames, identifiers, paths', () => {
    const id = '0b0ff5ca-6a3f-4c4e-9d8e-7c1f0a3b2d11'
    const error = Object.assign(new Error(`connect ECONNREFUSED 127.0.0.1:5432 for ${id}`), {
      code: 'ECONNREFUSED',
    })
    const line = written((log) => log.error('x', { err: error, client_id: 'a'.repeat(40) }))
    assert.match(line, /"code":"ECONNREFUSED"/)
    assert.match(line, /connect ECONNREFUSED 127\.0\.0\.1:5432/)
    assert.ok(line.includes(id))
    assert.ok(line.includes('a'.repeat(40)))
    assert.match(line, /logger\.test\.ts/)
    assert.equal(scrub("open '/var/lib/signet/data/secret'"), "open '/var/lib/signet/data/secret'")
    assert.equal(
      scrub('relation refresh_token_family_members'),
      'relation refresh_token_family_members',
    )
  })

  it('ends at an error that is its own cause', () => {
    const error = new Error('round')
    error.cause = error
    assert.match(
      written((log) => log.error('x', { err: error })),
      /round/,
    )
  })
})
