/** Names of the standards, as they stand in messages. */
export const namespaces = {
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  metadataUi: 'urn:oasis:names:tc:SAML:metadata:ui',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
  encryption11: 'http://www.w3.org/2009/xmlenc11#',
  exclusiveCanonical: 'http://www.w3.org/2001/10/xml-exc-c14n#',
} as const

export const bindings = {
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
  deflate: 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE',
} as const

export const statuses = {
  success: 'urn:oasis:names:tc:SAML:2.0:status:Success',
  partialLogout: 'urn:oasis:names:tc:SAML:2.0:status:PartialLogout',
} as const

export const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
export const entityFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity'
