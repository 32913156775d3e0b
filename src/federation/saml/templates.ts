/**
 * What is filled in and sent. samlify's own lack the qualifiers of a NameID and the Reason of a logout. What stands in
 * braces is filled in one after the other: a NameID, which comes from elsewhere, is the last, so that none in it is.
 */
const namespaces =
  'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'

const head = 'ID="{ID}" Version="2.0" IssueInstant="{IssueInstant}" Destination="{Destination}"'

const issuer = '<saml:Issuer>{Issuer}</saml:Issuer>'

/** SAML Core §3.4.1 */
export const authnRequest = `<samlp:AuthnRequest ${namespaces} ${head} ForceAuthn="{ForceAuthn}" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" AssertionConsumerServiceURL="{Acs}">${issuer}<samlp:NameIDPolicy Format="{NameIDFormat}" AllowCreate="true"/></samlp:AuthnRequest>`

/** SAML Core §3.7.1 */
export const logoutRequest = `<samlp:LogoutRequest ${namespaces} ${head} NotOnOrAfter="{NotOnOrAfter}" Reason="urn:oasis:names:tc:SAML:2.0:logout:user">${issuer}<saml:NameID Format="{NameIDFormat}" NameQualifier="{NameQualifier}" SPNameQualifier="{SPNameQualifier}">{NameID}</saml:NameID><samlp:SessionIndex>{SessionIndex}</samlp:SessionIndex></samlp:LogoutRequest>`

/** SAML Core §3.7.2 */
export const logoutResponse = `<samlp:LogoutResponse ${namespaces} ${head} InResponseTo="{InResponseTo}">${issuer}<samlp:Status><samlp:StatusCode Value="{StatusCode}"/></samlp:Status></samlp:LogoutResponse>`
