import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { createRequestFact } from './request-fact.ts'

const request = () => new IncomingMessage(new Socket())

test('a fact belongs to its own request', () => {
  const fact = createRequestFact<string>('tenant')
  const [one, other] = [request(), request()]
  fact.set(one, 'acme')

  assert.equal(fact.get(one), 'acme')
  assert.equal(fact.get(other), undefined)
})

test('two facts of one name are two facts', () => {
  const [one, other] = [createRequestFact<string>('same'), createRequestFact<string>('same')]
  const req = request()
  one.set(req, 'mine')

  assert.equal(other.get(req), undefined)
})
