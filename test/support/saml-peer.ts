import assert from 'node:assert/strict'
import { inflateRawSync } from 'node:zlib'
import { connectionUrl, type Connection } from '#federation/federation.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Page, Tab } from './browser.ts'
import { addForeign, follow } from './foreign-sign-in.ts'
import { isConsent } from './person.ts'
import type { RelyingParty } from './relying-party.ts'
import { pemOf } from './saml-keys.ts'
import {
  assertion,
  attribute,
  audience,
  authnStatement,
  conditions,
  confirmation,
  encode,
  idp,
  logoutRequest,
  logoutResponse,
  response,
  situation,
  status,
  uris,
} from './saml-messages.ts'
import { redirect, sign, type RedirectOptions } from './saml-signing.ts'
import type { World } from './world.ts'

/** Whose single logout a peer speaks of. */
export type Named = { readonly name?: string; readonly indexes?: readonly string[] }

type Changes = {
  readonly values?: Readonly<Record<string, string>>
  readonly issuer?: string
  readonly inside?: string
}

/** A SAML identity provider that says whatever a test wants, about one connection: known by three values, asked by redirect. */
export async function openSamlPeer(world: World, document: object = {}, tenant?: Tenant) {
  opened += 1
  const domain = `saml-${opened}.test`
  const domains = [{ domain, proved: true }]
  const connection = await addForeign(world, { ...ofSaml, domains, ...document }, tenant)
  return createSamlPeer(world, { connection, domain, tenant: tenant ?? world.main })
}

let opened = 0

const ofSaml = {
  type: 'saml',
  entity_id: situation.peer.entityId,
  sso_url: 'https://idp.example/sso',
  slo_url: 'https://idp.example/slo',
  certificates: [pemOf(idp)],
  single_logout: true,
}

export type SamlPeer = ReturnType<typeof createSamlPeer>

type SignInOptions = {
  readonly name?: string
  readonly index?: string
  /** Their session lasts so many seconds. */
  readonly seconds?: number
  /** Of the application's request. */
  readonly parameters?: Readonly<Record<string, string>>
}

type Place = {
  readonly connection: Connection
  readonly domain: string
  readonly tenant: Tenant
}

function createSamlPeer(world: World, { connection, domain, tenant }: Place) {
  const at = (endpoint: 'acs' | 'slo' | 'metadata') =>
    connectionUrl(tenant, connection.id, endpoint)
  let messages = 0
  const instant = (minutes: number) => new Date(world.clock.now() + minutes * 60_000).toISOString()

  function common(values: Readonly<Record<string, string>> = {}) {
    messages += 1
    const ID = `_peer${messages}-${connection.id}`
    return { ID, IssueInstant: instant(0), Destination: at('slo'), ...values }
  }

  /** Signed by the peer, as a query; `by`: signed otherwise. */
  function request({ name = 'ada-42', indexes = [] }: Named = {}, changes: Changes = {}) {
    const list = indexes.map((index) => `<samlp:SessionIndex>${index}</samlp:SessionIndex>`)
    const values = common({ NotOnOrAfter: instant(5), ...changes.values })
    const { inside = nameIdOf(name) + list.join('') } = changes
    return logoutRequest({ ...changes, values, inside })
  }

  /** Signed: who signed in there, and in which session. */
  function signedInAnswer(
    InResponseTo: string,
    { name = 'ada-42', index = '_session1', seconds = 8 * 3600 }: SignInOptions,
  ) {
    const values = { ...common(), Destination: at('acs'), InResponseTo }
    const said = assertion({
      values: { ID: common().ID, IssueInstant: instant(0) },
      nameId: nameIdOf(name),
      confirmations: confirmation({
        InResponseTo,
        Recipient: at('acs'),
        NotOnOrAfter: instant(5),
      }),
      conditions: conditions(
        { NotBefore: instant(-1), NotOnOrAfter: instant(5) },
        audience(at('metadata')),
      ),
      statements: authnStatement({
        AuthnInstant: instant(0),
        SessionIndex: index,
        SessionNotOnOrAfter: instant(seconds / 60),
      }),
      attributes: attribute('mail', `${name}@${domain}`),
    })
    return sign(response(said, { values }), values.ID)
  }

  return {
    connection,
    at,
    request,

    async signIn(
      tab: Tab,
      client: Parameters<World['relyingParty']>[0],
      options: SignInOptions = {},
    ) {
      const rp: RelyingParty = await world.relyingParty(client)
      const attempt = await rp.start(options.parameters)
      let page = await tab.open(attempt.url)
      if (!page.isElsewhere) page = await follow(tab, connection)
      if (!page.isElsewhere) page = await tab.submit({}, /^Continue to/)
      const { xml: asked, relayState } = requestOf(page)
      const xml = signedInAnswer(/ ID="([^"]+)"/.exec(asked)?.[1] ?? '', options)
      const back = await world.transport.fetch(at('acs'), {
        method: 'POST',
        body: new URLSearchParams({
          SAMLResponse: encode(xml),
          RelayState: relayState,
        }),
      })
      page = await tab.open(new URL(back.headers.get('location') ?? '', at('acs')))
      if (isConsent(page)) page = await tab.submit({}, 'Allow')
      assert.ok(page.isElsewhere, page.text)
      return { rp, tokens: await attempt.finish(page.url) }
    },

    /** A LogoutRequest in a browser: by redirect. */
    endsByRedirect: (tab: Tab, named?: Named, options: RedirectOptions & Changes = {}) =>
      tab.open(`${at('slo')}?${redirect(request(named, options), options)}`),

    /** The same by POST, which comes without cookies. */
    async endsByPost(xml: string, relayState?: string) {
      return world.transport.fetch(at('slo'), {
        method: 'POST',
        body: new URLSearchParams({
          SAMLRequest: encode(xml),
          ...(relayState === undefined ? {} : { RelayState: relayState }),
        }),
      })
    },

    async answersByPost(xml: string, RelayState: string) {
      const body = new URLSearchParams({ SAMLResponse: encode(xml), RelayState })
      return world.transport.fetch(at('slo'), { method: 'POST', body })
    },

    signed(xml: string) {
      return sign(xml, / ID="([^"]+)"/.exec(xml)?.[1] ?? '')
    },

    /** Their answer to our LogoutRequest. */
    response(asked: string, changes: Changes & { readonly code?: string } = {}) {
      const values = common({ InResponseTo: asked, ...changes.values })
      return logoutResponse({ inside: status(changes.code), ...changes, values })
    },

    answer(tab: Tab, asked: string, options: RedirectOptions & Changes & { code?: string } = {}) {
      const xml = this.response(asked, options)
      const how = { relayState: asked, ...options, parameter: 'SAMLResponse' } as const
      return tab.open(`${at('slo')}?${redirect(xml, how)}`)
    },
  }
}

function nameIdOf(name: string): string {
  return `<saml:NameID Format="${uris.persistent}">${name}</saml:NameID>`
}

/** What we ask them, by redirect or by POST. */
function requestOf({ url, posted }: Page) {
  if (!posted)
    return {
      xml: readRedirect(url, 'SAMLRequest'),
      relayState: url.searchParams.get('RelayState') ?? '',
    }
  const xml = Buffer.from(posted.get('SAMLRequest') ?? '', 'base64').toString()
  return { xml, relayState: posted.get('RelayState') ?? '' }
}

/** Of a message of ours that a browser brings by redirect. */
export function readRedirect(url: URL, name: 'SAMLRequest' | 'SAMLResponse'): string {
  return inflateRawSync(Buffer.from(url.searchParams.get(name) ?? '', 'base64')).toString()
}

export function idOf(url: URL, name: 'SAMLRequest' | 'SAMLResponse'): string {
  return / ID="([^"]+)"/.exec(readRedirect(url, name))?.[1] ?? ''
}

/** Where the page of ours leads that sends somebody out, followed as its script follows it. */
export async function followOut(tab: Tab): Promise<Page> {
  const link = /<a[^>]*href="([^"]+)"\s+data-forward/.exec(tab.page.html)?.[1]
  return tab.open((link ?? assert.fail(tab.page.text)).replaceAll('&amp;', '&'))
}
