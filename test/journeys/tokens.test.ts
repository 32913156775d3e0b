import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId } from '#kit/ids.ts'
import type { ClientId } from '#kit/ids.ts'
import { signInTo } from '#test/support/person.ts'
import { errorOf } from '#test/support/relying-party.ts'
import type { RelyingParty, Tokens } from '#test/support/relying-party.ts'
import { api, opaqueApi } from '#test/support/world-clients.ts'
import type { ClientName } from '#test/support/world-clients.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('tokens', (world) => {
  /** An access token of the client `web`, for userinfo or for an API. */
  async function tokensOf(
    resource?: string,
  ): Promise<{ readonly rp: RelyingParty; readonly tokens: Tokens }> {
    const rp = await world().relyingParty('web')
    const parameters = { scope: 'openid email read', ...(resource ? { resource } : {}) }
    const options = { world: world(), parameters, ...(resource ? { redeem: { resource } } : {}) }
    return { rp, tokens: (await signInTo(rp, world().people.ada, options)).tokens }
  }

  const asks = (url: string, headers: Record<string, string> = {}) =>
    world().transport.fetch(`${world().issuer}${url}`, { headers })

  describe('at userinfo', () => {
    it('tell what the scopes allow (OIDC Core §5.3)', async () => {
      const { rp, tokens } = await tokensOf()
      const { ada } = world().people
      assert.deepEqual(await rp.userinfo(tokens), {
        sub: ada.account.id,
        email: ada.email,
        email_verified: true,
      })
    })

    it('for an API tell nothing (RFC 9068 §4, Q79)', async () => {
      const { tokens } = await tokensOf(api)
      const response = await asks('/userinfo', { authorization: `Bearer ${tokens.access_token}` })
      assert.equal(response.status, 401)
      assert.match(String(response.headers.get('www-authenticate')), /invalid_token/)
    })

    it('are taken from the header only, never from the address (RFC 9700 §2.6)', async () => {
      const { tokens } = await tokensOf()
      assert.equal((await asks(`/userinfo?access_token=${tokens.access_token}`)).status, 400)
    })

    it('of another tenant are unknown (DESIGN §3)', async () => {
      const { tokens } = await tokensOf()
      const authorization = `Bearer ${tokens.access_token}`
      assert.equal((await asks('/userinfo', { authorization })).status, 200)
      assert.equal((await asks('/t/acme/userinfo', { authorization })).status, 401)
    })

    it('end after an hour (Q12)', async () => {
      const { rp, tokens } = await tokensOf()
      await world().pass(3599)
      assert.ok((await rp.userinfo(tokens)).sub)
      await world().pass(10)
      assert.equal((await errorOf(rp.userinfo(tokens))).status, 401)
      assert.equal((await rp.introspect(tokens.access_token)).active, false)
    })
  })

  describe('are shown by introspection (RFC 7662)', () => {
    type Row = {
      readonly who: string
      readonly client: ClientName
      readonly sees: { readonly own: boolean; readonly ofApi: boolean }
    }
    const rows: readonly Row[] = [
      { who: 'their owner', client: 'web', sees: { own: true, ofApi: true } },
      {
        who: 'the API they are for',
        client: 'reader',
        sees: { own: false, ofApi: true },
      },
      {
        who: 'another client',
        client: 'post',
        sees: { own: false, ofApi: false },
      },
      {
        who: 'a public client',
        client: 'spa',
        sees: { own: false, ofApi: false },
      },
    ]
    for (const { who, client, sees } of rows) {
      const said = sees.own ? 'all' : sees.ofApi ? 'those for it' : 'none'
      it(`to ${who}: ${said} (Q19)`, async () => {
        const own = await tokensOf()
        const ofApi = await tokensOf(opaqueApi)
        const asker = await world().relyingParty(client)
        const { access_token: ownToken, refresh_token: refreshToken } = own.tokens
        assert.equal((await asker.introspect(ownToken)).active, sees.own)
        assert.equal((await asker.introspect(String(refreshToken))).active, sees.own)
        assert.equal((await asker.introspect(ofApi.tokens.access_token)).active, sees.ofApi)
      })
    }

    it('with what the API needs to know (RFC 7662 §2.2)', async () => {
      const { tokens } = await tokensOf(opaqueApi)
      const reader = await world().relyingParty('reader')
      const { ada } = world().people
      assert.partialDeepStrictEqual(await reader.introspect(tokens.access_token), {
        active: true,
        aud: opaqueApi,
        client_id: 'web',
        iss: world().issuer,
        scope: 'read',
        sub: ada.account.id,
        token_type: 'Bearer',
      })
    })

    it('to no public client, even one the API names: anybody can claim to be it', async () => {
      const identifier = 'https://careless.example.test'
      await world().app.clients.putResource({
        tenantId: world().main.id,
        identifier,
        name: undefined,
        scopes: ['read'],
        introspectors: [brandId<ClientId>('spa')],
        accessTokenFormat: 'opaque',
        accessTokenTtl: 600,
        minimumAcr: undefined,
      })
      const owner = await world().addClient('web', { resources: { [identifier]: ['read'] } })
      const { tokens } = await signInTo(await world().relyingParty(owner), world().people.ada, {
        world: world(),
        parameters: { scope: 'openid read', resource: identifier },
        redeem: { resource: identifier },
      })
      const spa = await world().relyingParty('spa')
      assert.equal((await spa.introspect(tokens.access_token)).active, false)
    })

    it('to nobody of another tenant (DESIGN §3)', async () => {
      const { tokens } = await tokensOf()
      const twin = await world().addClient('web', { client_id: 'web' }, world().acme)
      const asker = await world().relyingParty(twin)
      assert.equal((await asker.introspect(tokens.access_token)).active, false)
      assert.equal((await asker.introspect(String(tokens.refresh_token))).active, false)
    })

    it('to nobody who does not say who they are', async () => {
      const { tokens } = await tokensOf()
      const response = await world().transport.fetch(`${world().issuer}/introspect`, {
        method: 'POST',
        body: new URLSearchParams({ token: tokens.access_token }),
      })
      assert.equal(response.status, 400)
    })

    it('as not active when they never were', async () => {
      const rp = await world().relyingParty('web')
      for (const token of ['x', 'x'.repeat(43), 'ü', 'a'.repeat(5000)]) {
        assert.deepEqual(await rp.introspect(token), { active: false })
      }
    })
  })

  describe('are revoked (RFC 7009)', () => {
    it('one by one: the access token alone', async () => {
      const { rp, tokens } = await tokensOf()
      await rp.revoke(tokens.access_token)
      assert.equal((await errorOf(rp.userinfo(tokens))).status, 401)
      assert.ok((await rp.refresh(String(tokens.refresh_token))).access_token)
    })

    it('with all that came of it: the refresh token', async () => {
      const { rp, tokens } = await tokensOf()
      await rp.revoke(String(tokens.refresh_token))
      assert.equal((await errorOf(rp.userinfo(tokens))).status, 401)
      const { error } = await errorOf(rp.refresh(String(tokens.refresh_token)))
      assert.equal(error, 'invalid_grant')
    })

    it('by their owner only; the answer tells a stranger nothing (RFC 7009 §2.2)', async () => {
      const { rp, tokens } = await tokensOf()
      for (const name of ['post', 'spa', 'reader'] as const) {
        const stranger = await world().relyingParty(name)
        await stranger.revoke(tokens.access_token)
        await stranger.revoke(String(tokens.refresh_token))
      }
      const twin = await world().addClient('post', { client_id: 'web-twin' }, world().acme)
      await (await world().relyingParty(twin)).revoke(tokens.access_token)
      assert.ok((await rp.userinfo(tokens)).sub)
      assert.ok((await rp.refresh(String(tokens.refresh_token))).access_token)
    })

    it('as often as one likes', async () => {
      const { rp, tokens } = await tokensOf()
      await rp.revoke(tokens.access_token)
      await rp.revoke(tokens.access_token)
      await rp.revoke('never-was')
    })
  })

  describe('of machines', () => {
    it('are for the one API the client calls (RFC 6749 §4.4, RFC 9068)', async () => {
      const rp = await world().relyingParty('machine')
      const tokens = await rp.machineToken({ scope: 'read' })
      const [, payload = ''] = tokens.access_token.split('.')
      assert.partialDeepStrictEqual(JSON.parse(Buffer.from(payload, 'base64url').toString()), {
        aud: api,
        client_id: 'machine',
        sub: 'machine',
        scope: 'read',
      })
      assert.equal(tokens.refresh_token, undefined)
      assert.equal(tokens.id_token, undefined)
    })

    it('never carry a scope about a person, nor one that is not theirs', async () => {
      const rp = await world().relyingParty('reader')
      assert.equal((await errorOf(rp.machineToken({ resource: api }))).error, 'invalid_target')
      const tokens = await rp.machineToken({ scope: 'openid email write read' })
      assert.equal(tokens.scope, 'read')
    })

    it('are not given to a client that is no machine', async () => {
      for (const name of ['web', 'post'] as const) {
        const rp = await world().relyingParty(name)
        assert.equal((await errorOf(rp.machineToken())).status, 400)
      }
    })
  })
})
