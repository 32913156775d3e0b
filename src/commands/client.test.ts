import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { verifySecret } from '#client/client.ts'
import { brandId, type ClientId } from '#kit/ids.ts'
import { errorOf, mainOf, withMain } from '#test/support/command-line.ts'

describe('applications', () => {
  test('are made from options over a file, with a secret shown once', async () => {
    const commandLine = await withMain()
    const { json, run, services } = commandLine
    const metadata = JSON.stringify({ client_name: 'From the file', require_pkce: true })
    const created = await json(
      ['client', 'create', '--metadata', '-', '--redirect-uri', 'https://app.example.test/cb'],
      metadata,
    )
    const { client_id: id, client_secret: secret } = created.document as {
      client_id: string
      client_secret: string
    }
    assert.partialDeepStrictEqual(created.document, {
      client_name: 'From the file',
      redirect_uris: ['https://app.example.test/cb'],
      origin: 'cli',
    })
    const main = await mainOf(commandLine)
    const find = () => services.clients.find(main.id, brandId<ClientId>(id))
    const client = await find()
    assert.ok(client && verifySecret(client, secret))
    const list = await run(['client', 'list'])
    assert.match(list.stdout, /From the file/)
    assert.ok(!list.stdout.includes(secret))

    const rotated = await json(['client', 'rotate-secret', id])
    const { client_secret: fresh } = rotated.document as { client_secret: string }
    const after = await find()
    assert.ok(after && verifySecret(after, fresh) && verifySecret(after, secret))

    const disabled = await json(['client', 'disable', id])
    assert.partialDeepStrictEqual(disabled.document, { status: 'disabled' })
    assert.deepEqual(services.ended, [id])
    assert.partialDeepStrictEqual((await json(['client', 'enable', id])).document, {
      status: 'active',
    })
  })

  test('may be given what people let us do elsewhere, where that is said by name', async () => {
    const { json } = await withMain()
    const frontEnd = ['client', 'create', '--public', '--first-party', '--redirect-uri']
    const made = [...frontEnd, 'https://app.example.test/cb', '--api-login']
    assert.partialDeepStrictEqual((await json(made)).document, { upstream_tokens: false })
    const trusted = await json([...made, '--upstream-tokens'])
    assert.partialDeepStrictEqual(trusted.document, { upstream_tokens: true })
  })

  test('may register themselves with a token that is shown once (RFC 7591 §3)', async () => {
    const { json, run } = await withMain()
    const issued = await json(['client', 'registration-token', '--hours', '2'])
    assert.deepEqual(issued.document, {
      initial_access_token: 'token-for-7200-s',
      expires_in: 7200,
    })
    for (const hours of ['0', '-1', '1.5', 'many', '10000']) {
      const { exitCode } = await run(['client', 'registration-token', '--hours', hours])
      assert.equal(exitCode, 2, hours)
    }
  })

  test('are refused by the one validator, with every problem (Q2)', async () => {
    const { json, run } = await withMain()
    const create = ['client', 'create', '--redirect-uri', 'http://app.example.test/cb']
    const { exitCode, stderr } = await run([...create, '--grant-type', 'implicit'])
    assert.equal(exitCode, 1)
    assert.match(stderr, /grant_types\[0\] [\s\S]*redirect_uris\[0\] /)
    const notJson = await json([...create, '--metadata', '-'], '[]')
    assert.equal(errorOf(notJson.document).code, 'client.invalid')
    const noFile = await json([...create, '--metadata', '/no/such/file'])
    assert.equal(errorOf(noFile.document).code, 'commands.file_unreadable')
  })

  test('without a secret have none to rotate, and unknown ones are unknown', async () => {
    const { json, run } = await withMain()
    const uri = ['--redirect-uri', 'https://app.example.test/cb']
    await run(['client', 'create', '--public', '--client-id', 'spa', ...uri])
    const code = async (argv: readonly string[]) => errorOf((await json(argv)).document).code
    assert.equal(await code(['client', 'rotate-secret', 'spa']), 'client.without_secret')
    assert.equal(await code(['client', 'rotate-secret', 'nope']), 'client.unknown')
    assert.equal(await code(['client', 'disable', 'nope']), 'client.unknown')
    assert.equal(await code(['client', 'create', '--client-id', 'spa', ...uri]), 'client.taken')
  })
})
