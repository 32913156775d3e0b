import assert from 'node:assert/strict'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { authenticate, readAnswer } from './protocol.ts'
import type { Answer } from './protocol.ts'
import type { TestClient } from './relying-party.ts'
import type { Person, World } from './world.ts'

export type ApiCall = {
  readonly body?: unknown
  /** An access token. */
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly from?: string
}

/** `/api/v1` as a front end calls it. Every answer is held against the published description. */
export type Api = {
  get(path: string, call?: ApiCall): Promise<Answer>
  post(path: string, call?: ApiCall): Promise<Answer>
  patch(path: string, call?: ApiCall): Promise<Answer>
  delete(path: string, call?: ApiCall): Promise<Answer>
  /** The same, with the client's own authentication beside the body. */
  asClient(path: string, body: object, call?: ApiCall): Promise<Answer>
  logIn(person: Pick<Person, 'email' | 'password'>, call?: ApiCall): Promise<Answer>
}

export function apiOf(world: World, client: TestClient): Api {
  const base = `${client.tenant.issuer}/api/v1`

  async function call(method: string, path: string, options: ApiCall = {}): Promise<Answer> {
    const { body, token, headers = {}, from } = options
    const response = await world.transport.fetch(base + path, {
      method,
      from,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const answer = await readAnswer(response)
    await assertDescribed(world, base, { method, path, answer })
    return answer
  }

  const asClient: Api['asClient'] = async (path, body, options = {}) => {
    const proof = await authenticate(client)
    return call('POST', path, {
      ...options,
      body: { ...proof.fields, ...body },
      headers: { ...proof.headers, ...options.headers },
    })
  }

  return {
    get: (path, options) => call('GET', path, options),
    post: (path, options) => call('POST', path, options),
    patch: (path, options) => call('PATCH', path, options),
    delete: (path, options) => call('DELETE', path, options),
    asClient,
    logIn: ({ email, password }, options) => asClient('/auth/login', { email, password }, options),
  }
}

/** The code of a refusal; fails the test when it is none, or not in the form of DESIGN §6. */
export function refusalOf({ status, json, body, headers }: Answer): string {
  assert.ok(status >= 400, `${status} ${body}`)
  const { error } = json as { error: Record<string, unknown> }
  const members = ['code', 'details', 'message', 'request_id', 'timestamp']
  assert.deepEqual(Object.keys(error).toSorted(), members, body)
  assert.equal(error['request_id'], headers.get('x-request-id'))
  return `${status} ${String(error['code'])}`
}

/** Names of the fields that were refused. */
export function refusedFields(answer: Answer): readonly string[] {
  assert.equal(refusalOf(answer), '400 api.invalid_input', answer.body)
  const { details } = answer.json['error'] as { details: { field: string }[] }
  return details.map(({ field }) => field)
}

type Described = { readonly method: string; readonly path: string; readonly answer: Answer }

/** What it says in the description, it is; what it does not name, there is not. */
async function assertDescribed(world: World, base: string, described: Described): Promise<void> {
  const { method, path, answer } = described
  assert.equal(answer.headers.get('set-cookie'), null, 'the API sets no cookies (Q67)')
  assert.match(answer.headers.get('cache-control') ?? '', /no-store/)
  if (answer.status === 204) return assert.equal(answer.body, '')
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  const validate = await validatorOf(world, base)
  const check = validate(method, path, answer.status)
  if (check && !check(JSON.parse(answer.body)))
    assert.fail(`${method} ${path} ${answer.body}: ${JSON.stringify(check.errors)}`)
}

type Validators = (method: string, path: string, status: number) => ValidateFunction | undefined

const known = new Map<string, Promise<Validators>>()

function validatorOf(world: World, base: string): Promise<Validators> {
  const found = known.get(base) ?? loadValidators(world, base)
  known.set(base, found)
  return found
}

type Document = {
  readonly paths: Record<
    string,
    Record<string, { readonly responses: Record<string, { readonly content?: object }> }>
  >
}

async function loadValidators(world: World, base: string): Promise<Validators> {
  const response = await world.transport.fetch(`${base}/openapi.json`)
  const document = (await response.json()) as Document
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addSchema(document, 'api')

  return (method, path, status) => {
    const [plain = ''] = path.split('?')
    const template = Object.keys(document.paths).find((one) => matches(one, plain))
    const operation = template && document.paths[template]?.[method.toLowerCase()]
    if (!template || !operation) {
      assert.ok(status === 404 || status === 405, `${method} ${path} ${status}: not described`)
      return undefined
    }
    const { responses } = operation
    assert.ok(status >= 400 || String(status) in responses, `${status} is not described`)
    const name = String(status) in responses ? String(status) : 'default'
    const pointer = ['paths', template, method.toLowerCase(), 'responses', name]
    const parts = [...pointer, 'content', 'application/json', 'schema']
    return ajv.getSchema(`api#/${parts.map(escapePointer).join('/')}`)
  }
}

function matches(template: string, path: string): boolean {
  const pattern = template.replaceAll(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')
  return new RegExp(`^${pattern}$`).test(path)
}

function escapePointer(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
}
