import { z } from 'zod'

const weight = z.int().min(0).max(1000)

/**
 * How doubtful a sign-in is, and from where on more is asked. On unless a tenant switches it off, with weights that leave alone
 * whoever does what people do: a new browser at home, a first sign-in, one's own laptop abroad, a typing error are all `low`
 * (at most 45 of 50). It takes several things that go together in an attack, such as a new browser in a new country, or a new
 * browser in a new network after wrong passwords, to ask for one step more; and an impossible or a listed place on a new
 * browser to ask for what cannot be phished. A weight of 0 switches a signal off.
 */
export const riskSettings = {
  risk: z.enum(['off', 'on']).default('on'),
  /** Scores: from here on a second step is asked for, whatever the device. */
  risk_medium_from: z.int().min(1).max(10_000).default(50),
  /** From here on nothing but what cannot be phished will do. */
  risk_high_from: z.int().min(1).max(10_000).default(90),
  /** A browser nobody has signed in to this account from. */
  risk_new_device: weight.default(20),
  /** A /24, or a /48 of IPv6, not seen of this account for 90 days. */
  risk_new_network: weight.default(10),
  /** The same for a country; needs `GEOIP_FILE`. Also for an address that is in no country. */
  risk_new_country: weight.default(25),
  /** Farther from the last sign-in than anybody flies in the time; needs `GEOIP_FILE` with positions. */
  risk_impossible_travel: weight.default(50),
  /** An hour of the day near which this account was never signed in to, of at least 20 times. */
  risk_unusual_hour: weight.default(5),
  /** Three wrong passwords or codes for this account in the last 15 minutes. */
  risk_recent_failures: weight.default(20),
  /** An address on the operator's list (`RISK_ADDRESSES_FILE`). */
  risk_listed_address: weight.default(60),
  /** An address that tried half as many accounts as `throttle_address_accounts` allows. */
  risk_many_accounts: weight.default(25),
}
