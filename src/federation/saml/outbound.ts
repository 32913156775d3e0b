import type * as Samlify from 'samlify'
import type { Clock } from '#kit/clock.ts'
import type { SamlBinding, SamlEndpoint } from './metadata/metadata.ts'
import { newMessageId } from './saml.ts'
import type { SamlDestination, SamlOutbound, SamlParty, SamlSent } from './saml.ts'
import * as templates from './templates.ts'

/** Milliseconds a logout request is good for. */
const logoutLifetime = 5 * 60_000

const signatureAlgorithm = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'

const bindingUris: Readonly<Record<SamlBinding, string>> = {
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
}

/** SECURITY: samlify writes and signs; it is never given a message of the other side to read (reference/federation.md §1). */
export function createSamlOutbound({ clock }: { readonly clock: Clock }): SamlOutbound {
  const headOf = ({ url }: SamlEndpoint, { self }: SamlParty) => ({
    IssueInstant: new Date(clock.now()).toISOString(),
    Destination: url,
    Issuer: self.entityId,
  })

  return {
    async authnRequest({ id, relayState, anew, nameIdFormat, ...parties }) {
      const begun = await begin(parties, parties.peer.ssoEndpoints)
      if (!begun) return undefined
      const { way, samlify, sp, idp } = begun
      const message = fill(samlify, templates.authnRequest, {
        ID: id,
        ...headOf(way, parties),
        Acs: parties.self.acs,
        ForceAuthn: anew ? 'true' : undefined,
        NameIDFormat: nameIdFormat,
      })
      const options = { relayState, customTagReplacement: () => message }
      const built = sp.createLoginRequest(idp, way.binding, options)
      return sent(way, built.context, { name: 'SAMLRequest', relayState })
    },

    async logoutRequest({ id, relayState, nameId, sessionIndex, ...parties }) {
      const begun = await begin(parties, parties.peer.sloEndpoints)
      if (!begun) return undefined
      const { way, samlify, sp, idp } = begun
      const message = fill(samlify, templates.logoutRequest, {
        ID: id,
        ...headOf(way, parties),
        NotOnOrAfter: new Date(clock.now() + logoutLifetime).toISOString(),
        NameIDFormat: nameId.format,
        NameQualifier: nameId.nameQualifier,
        SPNameQualifier: nameId.spNameQualifier,
        SessionIndex: sessionIndex,
        NameID: nameId.value,
      })
      const options = { relayState, customTagReplacement: () => message }
      const built = sp.createLogoutRequest(idp, way.binding, {}, options)
      return sent(way, built.context, { name: 'SAMLRequest', relayState })
    },

    async logoutResponse({ inResponseTo, relayState = '', outcome, ...parties }) {
      const sloEndpoints = parties.peer.sloEndpoints.map(forAnswers)
      const peer = { ...parties.peer, sloEndpoints }
      const begun = await begin({ ...parties, peer }, sloEndpoints)
      if (!begun) return undefined
      const { way, samlify, sp, idp } = begun
      const message = fill(samlify, templates.logoutResponse, {
        ID: newMessageId(),
        ...headOf(way, parties),
        StatusCode: `urn:oasis:names:tc:SAML:2.0:status:${outcome === 'done' ? 'Success' : 'Responder'}`,
        InResponseTo: inResponseTo,
      })
      const options = { relayState, customTagReplacement: () => message }
      const built = sp.createLogoutResponse(idp, { extract: {} }, way.binding, options)
      return sent(way, built.context, { name: 'SAMLResponse', relayState })
    },

    metadata: metadataOf,
  }
}

const metadataOf: SamlOutbound['metadata'] = async ({ nameIdFormat, ...party }) => {
  const sp = serviceProvider(await load(), party, nameIdFormat)
  return sp.getMetadata()
}

/** A tenth of a second and 10 MiB, which only who has a connection with SAML pays. */
function load(): Promise<typeof Samlify> {
  return import('samlify')
}

/** By redirect where it can be: one page less. */
function wayTo(endpoints: readonly SamlEndpoint[]): SamlEndpoint | undefined {
  return endpoints.find(({ binding }) => binding === 'redirect') ?? endpoints[0]
}

/** SAML Metadata §2.2.2: answers may have an address of their own. */
function forAnswers(endpoint: SamlEndpoint): SamlEndpoint {
  return { ...endpoint, url: endpoint.responseUrl ?? endpoint.url }
}

/** Order counts: what others wrote comes last. */
function fill(
  { SamlLib }: typeof Samlify,
  template: string,
  values: Readonly<Record<string, string | undefined>> & { readonly ID: string },
): { readonly id: string; readonly context: string } {
  return { id: values.ID, context: SamlLib.replaceTagsByValue(template, values) }
}

/** Undefined where there is no way. */
async function begin(
  { peer, ...party }: SamlParty & { readonly peer: SamlDestination },
  endpoints: readonly SamlEndpoint[],
) {
  const way = wayTo(endpoints)
  if (!way) return undefined
  const samlify = await load()
  const sp = serviceProvider(samlify, party, undefined)
  const idp = samlify.IdentityProvider({
    entityID: peer.entityId,
    wantAuthnRequestsSigned: true,
    wantLogoutRequestSigned: true,
    wantLogoutResponseSigned: true,
    singleSignOnService: peer.ssoEndpoints.map(serviceOf),
    // samlify prints a warning where there is none; without a way there nothing is sent (`wayTo`)
    singleLogoutService: (peer.sloEndpoints.length > 0 ? peer.sloEndpoints : peer.ssoEndpoints).map(
      serviceOf,
    ),
  })
  return { way, samlify, sp, idp }
}

function serviceProvider(
  { ServiceProvider, Constants }: typeof Samlify,
  { self, keys }: SamlParty,
  nameIdFormat: string | undefined,
) {
  const both: readonly SamlBinding[] = ['redirect', 'post']
  const logout = both.map((binding) => ({ Binding: bindingUris[binding], Location: self.slo }))
  const settings = {
    entityID: self.entityId,
    authnRequestsSigned: true,
    wantAssertionsSigned: true,
    privateKey: keys.privateKey,
    signingCert: keys.certificate,
    encryptCert: keys.certificate,
    requestSignatureAlgorithm: signatureAlgorithm,
    nameIDFormat: nameIdFormat === undefined ? [] : [nameIdFormat],
    assertionConsumerService: [{ Binding: bindingUris.post, Location: self.acs }],
    singleLogoutService: logout,
    elementsOrder: Constants.elementsOrder.shibboleth, // its default breaks the schema; its types forgot it
  }
  return ServiceProvider(settings)
}

const serviceOf = ({ binding, url }: SamlEndpoint) => ({
  Binding: bindingUris[binding],
  Location: url,
})

function sent(
  { binding, url }: SamlEndpoint,
  context: string,
  { name, relayState }: { readonly name: string; readonly relayState: string },
): SamlSent {
  if (binding === 'redirect') return { kind: 'redirect', url: context }
  const fields =
    relayState === '' ? { [name]: context } : { [name]: context, RelayState: relayState }
  return { kind: 'form', action: url, fields }
}
