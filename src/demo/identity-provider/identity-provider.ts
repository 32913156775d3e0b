/**
 * Who knows the people of the demo data's tenant `acme`: a small OpenID Provider. SECURITY: development only. It asks for
 * no password, and believes whoever chooses a name.
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
