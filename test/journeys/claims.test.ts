import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import { isConsent, proveIdentity } from '#test/support/person.ts'
import { authorizationRequest, obtainCode, readAnswer, wireOf } from '#test/support/protocol.ts'
import { openWorld } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

const passwordAcr = 'urn:signet:acr:password'
const twoFactorAcr = 'urn:signet:acr:mfa'

describe('the claims parameter (OIDC Core §5.5)', () => {
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  const asking = (claims: object, scope = 'openid') => ({ claims: JSON.stringify(claims), scope })

  async function signedInWith(claims: object) {
    const client = world.client('web')
    const { fields } = await obtainCode(world, client, { parameters: asking(claims) })
    const tokens = await wireOf(world, client).post('/token', fields)
    assert.equal(tokens.status, 200, tokens.body)
    const headers = { authorization: `Bearer ${tokens.text('access_token')}` }
    const response = await world.transport.fetch(`${world.issuer}/userinfo`, { headers })
    return {
      idToken: decodeJwt(tokens.text('id_token')),
      userinfo: (await readAnswer(response)).json,
    }
  }

  async function open(parameters: Readonly<Record<string, string>>) {
    const { url } = await authorizationRequest(world.client('trusted'), parameters)
    const tab = world.browser().tab()
    return { tab, page: await tab.open(url) }
  }

  it('puts single claims where they were asked for, without their scope', async () => {
    const { ada } = world.people
    const { idToken, userinfo } = await signedInWith({
      id_token: { email: null, auth_time: { essential: true } },
      userinfo: { name: { essential: true }, nonsense: null },
    })
    assert.equal(idToken['email'], ada.email)
    assert.equal(typeof idToken['auth_time'], 'number')
    assert.equal(idToken['name'], undefined)
    assert.equal(userinfo['name'], ada.account.profile.name)
    assert.equal(userinfo['email'], undefined)
    assert.equal(userinfo['nonsense'], undefined)
  })

  it('shows them on the consent page', async () => {
    const { url } = await authorizationRequest(
      world.client('web'),
      asking({ userinfo: { name: null } }),
    )
    const tab = world.browser().tab()
    await tab.open(url)
    const page = await proveIdentity(tab, await world.addAccount())
    assert.ok(isConsent(page))
    assert.match(page.text, /name/i)
  })

  it('reaches an essential acr that a password reaches', async () => {
    const { idToken } = await signedInWith({
      id_token: { acr: { essential: true, values: [passwordAcr] } },
    })
    assert.equal(idToken['acr'], passwordAcr)
  })

  it('refuses an essential acr that cannot be reached (§5.5.1.1)', async () => {
    const wanted = [{ value: 'urn:other' }, { values: [twoFactorAcr, 'urn:other'] }]
    for (const acr of wanted) {
      const { tab } = await open(asking({ id_token: { acr: { essential: true, ...acr } } }))
      if (!tab.page.isElsewhere) await proveIdentity(tab, world.people.ada)
      // what could be reached by setting something up is offered first
      const page = tab.page.isElsewhere ? tab.page : await tab.submit({}, 'Go back without it')
      assert.equal(page.url.searchParams.get('error'), 'unmet_authentication_requirements')
      assert.equal(page.url.searchParams.get('code'), null)
      assert.equal(page.url.searchParams.get('iss'), world.issuer)
    }
  })

  it('goes on with a voluntary acr that cannot be reached', async () => {
    const { idToken } = await signedInWith({ id_token: { acr: { values: [twoFactorAcr] } } })
    assert.equal(idToken['acr'], passwordAcr)
  })

  it('asks for another person than the one in the session when sub says so (§5.5.1)', async () => {
    const { ada, grace } = world.people
    const client = world.client('trusted')
    const { tab } = await obtainCode(world, client)
    const sub = { id_token: { sub: { value: grace.account.id } } }
    const silent = await authorizationRequest(client, { ...asking(sub), prompt: 'none' })
    const page = await tab.open(silent.url)
    assert.equal(page.url.searchParams.get('error'), 'login_required')
    const own = { id_token: { sub: { value: ada.account.id } } }
    const known = await authorizationRequest(client, { ...asking(own), prompt: 'none' })
    assert.ok((await tab.open(known.url)).url.searchParams.get('code'))
  })

  it('refuses what is no claims request', async () => {
    const texts = [
      '{',
      '[]',
      '"x"',
      'null',
      '1',
      '{"id_token":[]}',
      '{"id_token":"x"}',
      '{"userinfo":1}',
      '{"id_token":{"acr":{"essential":true,"values":"x"}}}',
      '{"id_token":{"acr":{"essential":true,"values":[1]}}}',
      '{"id_token":{"sub":{"value":{}}}}',
      '{"id_token":{"__proto__":{"essential":true}}}',
      '{"id_token":{"constructor":null,"toString":null}}',
      `{"id_token":${'['.repeat(500)}${']'.repeat(500)}}`,
      '{"id_token":{"a\\u0000b":null}}',
      '{"id_token":{"email":{"value":"\\ud800"}}}',
    ]
    for (const claims of texts) {
      const { tab } = await open({ claims })
      let page = tab.page
      if (!page.isElsewhere && page.forms.length > 0 && page.status === 200)
        page = await proveIdentity(tab, world.people.ada)
      assert.ok(page.isElsewhere || page.status < 500, `${claims}: ${page.status}`)
      assert.doesNotMatch(page.url.search, /server_error/, claims)
    }
  })
})
