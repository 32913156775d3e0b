import { z } from 'zod'

/**
 * How many wrong passwords a tenant allows, and how long it makes wait then (Q36-Q38). Waits are whole seconds. The bounds keep
 * both ways of being wrong away: so loose that guessing pays, so strict that people who mistype are locked out.
 */
export const throttleSettings = {
  /** Per account, from devices nobody has signed in from: tries before the waits begin. */
  throttle_account_tries: z.int().min(3).max(20).default(5),
  /** The waits double from a second up to this. */
  throttle_account_wait: z.int().min(60).max(86_400).default(900),
  /** In a row, however slowly: then the password is good for known devices only until it is set anew (63B §3.2.2). */
  throttle_account_failures: z.int().min(20).max(100).default(100),
  /** Per device that signed in to the account before, and how long it waits then. */
  throttle_device_tries: z.int().min(5).max(50).default(10),
  throttle_device_wait: z.int().min(60).max(86_400).default(900),
  /** Per address in ten minutes, then one every 20 seconds. More where many people share one. */
  throttle_address_tries: z.int().min(10).max(10_000).default(30),
  /** Accounts one address may try in ten minutes, then one a minute. */
  throttle_address_accounts: z.int().min(3).max(5000).default(10),
  /** Accounts of the tenant with wrong passwords in ten minutes, from wherever: more raise the alarm, and lock nobody. */
  throttle_alarm_accounts: z.int().min(10).max(100_000).default(100),
}
