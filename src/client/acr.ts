/** One factor, whichever. */
export const acrPassword = 'urn:signet:acr:password'
export const acrMultiFactor = 'urn:signet:acr:mfa'
/** Two factors, and what was proved cannot be proved to another site (OpenID EAP ACR Values 1.0 §4). */
export const acrPhishingResistant = 'phr'

/**
 * Authentication context classes, weakest first: each contains the ones before it. What is advertised is what can be proved
 * here; a request for anything else is refused, never faked (Q49).
 */
export const acrValues = [acrPassword, acrMultiFactor, acrPhishingResistant] as const
export type Acr = (typeof acrValues)[number]

export function isAcr(value: string | undefined): value is Acr {
  return acrValues.some((acr) => acr === value)
}

/** Whether what was proved is enough for what is wanted. What nobody knows is never enough. */
export function meetsAcr(proved: string | undefined, wanted: Acr): boolean {
  return isAcr(proved) && acrValues.indexOf(proved) >= acrValues.indexOf(wanted)
}

/** The one that contains all others; undefined of none. */
export function strongestAcr(values: readonly (Acr | undefined)[]): Acr | undefined {
  return acrValues.findLast((acr) => values.includes(acr))
}
