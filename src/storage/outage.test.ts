import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AppError, Unavailable } from '#kit/errors.ts'
import { asUnavailable, guarded, meansReconnect, sqlState } from './outage.ts'

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code })

describe('an outage', () => {
  const outages: [string, Error][] = [
    ['disk full', withCode('53100')],
    ['too many connections', withCode('53300')],
    ['admin shutdown', withCode('57P01')],
    ['starting up', withCode('57P03')],
    ['statement timeout', withCode('57014')],
    ['read-only standby', withCode('25006')],
    ['connection failure', withCode('08006')],
    ['deadlock', withCode('40P01')],
    ['lock timeout', withCode('55P03')],
    ['refused', withCode('ECONNREFUSED')],
    ['reset', withCode('ECONNRESET')],
    ['broken pipe: five letters, and no SQLSTATE', withCode('EPIPE')],
    ['name not found', withCode('ENOTFOUND')],
    ['pg: lost', new Error('Connection terminated unexpectedly')],
    ['pg: pool exhausted', new Error('timeout exceeded when trying to connect')],
    ['pg: connecting took too long', new Error('timeout expired')],
    ['knex puts the SQL before it', new Error('select 1 - Connection terminated unexpectedly')],
    [
      'ioredis: not connected',
      new Error("Stream isn't writeable and enableOfflineQueue options is false"),
    ],
    ['ioredis: no answer', new Error('Command timed out')],
    ['ioredis: aborted', new Error('Command aborted due to connection close')],
    ['redis: loading', new Error('LOADING Redis is loading the dataset in memory')],
    ['redis: full', new Error('OOM command not allowed when used memory > maxmemory')],
    [
      'redis: script on a full server',
      new Error('MISCONF Redis is configured to save RDB snapshots'),
    ],
  ]
  for (const [what, error] of outages) {
    it(`is ${what}`, () => {
      const unavailable = asUnavailable(error)
      assert.equal(unavailable?.status, 503)
      assert.equal(unavailable.cause, error)
      assert.ok(!unavailable.message.includes(error.message.slice(0, 8)) || error.message === 'x')
    })
  }

  const bugs: [string, unknown][] = [
    ['a duplicate', withCode('23505')],
    ['a syntax error', withCode('42601')],
    ['NUL in a text', withCode('22021')],
    ['our own mistake', new TypeError('x is not a function')],
    ['a refusal', new AppError({ code: 'a.b', status: 400, message: 'no' })],
    ['a script error', new Error('ERR user_script:1: attempt to index nil')],
    ['not an error', 'Connection terminated'],
  ]
  for (const [what, error] of bugs) {
    it(`is not ${what}`, () => assert.equal(asUnavailable(error), undefined))
  }

  it('stays the same when it is one already', () => {
    const error = new Unavailable('gate')
    assert.equal(asUnavailable(error), error)
  })

  it('is rejected with by guarded work; other failures pass as they are', async () => {
    await assert.rejects(
      guarded(() => Promise.reject(withCode('57P01'))),
      Unavailable,
    )
    const duplicate = withCode('23505')
    await assert.rejects(
      guarded(() => Promise.reject(duplicate)),
      (error) => error === duplicate,
    )
    assert.equal(await guarded(async () => 1), 1)
  })

  it('tells its SQLSTATE, and whether the connection is worth keeping', () => {
    assert.equal(sqlState(asUnavailable(withCode('55P03'))), '55P03')
    assert.equal(sqlState(withCode('EPIPE')), undefined)
    assert.equal(meansReconnect(withCode('25006')), true)
    assert.equal(meansReconnect(asUnavailable(withCode('57P01'))), true)
    assert.equal(meansReconnect(withCode('57014')), false)
  })
})
