/**
 * Who knows the people of the demo data's tenant `acme`: a small OpenID Provider and a small SAML identity provider.
 * SECURITY: development only. They ask for no password, and believe whoever chooses a name.
 */
export type DemoPerson = {
  /** Their `sub`: never given to somebody else. */
  readonly id: string
  readonly name: string
  readonly given_name: string
  readonly family_name: string
  readonly email: string
}

/** Of another company, which works with Acme. */
export const partners: readonly DemoPerson[] = [
  {
    id: 'grace',
    name: 'Grace Hopper',
    given_name: 'Grace',
    family_name: 'Hopper',
    email: 'grace@partners.test',
  },
  {
    id: 'alan',
    name: 'Alan Turing',
    given_name: 'Alan',
    family_name: 'Turing',
    email: 'alan@partners.test',
  },
]

/** Who relies on it: Signet. */
export type RelyingClient = {
  /** A public one, with PKCE: there is nothing to keep secret on a laptop. */
  readonly clientId: string
  /** Compared byte for byte. */
  readonly redirectUri: string
}

/** Of Acme itself. */
export const employees: readonly DemoPerson[] = [
  {
    id: 'ada',
    name: 'Ada Lovelace',
    given_name: 'Ada',
    family_name: 'Lovelace',
    email: 'ada@acme.test',
  },
  {
    id: 'charles',
    name: 'Charles Babbage',
    given_name: 'Charles',
    family_name: 'Babbage',
    email: 'charles@acme.test',
  },
]

/** Who relies on it by SAML: Signet. Nobody else is ever answered. */
export type ServiceProvider = { readonly entityId: string; readonly acs: string }

export type PeopleForm = {
  readonly people: readonly DemoPerson[]
  /** Posts `person` there, and `csrf`. */
  readonly action: string
  readonly csrf: string
}
