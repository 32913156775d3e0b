import { z } from 'zod'
import { adminRole } from '#account/account.ts'
import { mappedFields } from '../identity/identity.ts'
import { domain, flag, line, listOf, oneOf, wholeNumber } from './fields.ts'

/**
 * SECURITY: nobody becomes an administrator because somebody else's server says so (reference/federation.md §3.7). That
 * role is given here, by hand.
 */
const role = line(100).refine((name) => name !== adminRole, {
  error: `must not be ${adminRole}: who administers is decided here, not by the other side`,
})

const roles = listOf(role, 20).default([])
const groupNames = listOf(line(100), 20).default([])

const entries = (most: number) => (record: object) => Object.keys(record).length <= most
const tooMany = (most: number) => ({ error: `must hold at most ${most} entries` })

/** What every connection has, whatever it speaks. Each has a default, and each default is the careful one. */
export const sharedSettings = {
  /** Stands as a button on the sign-in page. */
  button: flag.default(true),
  /** Where among the buttons; equal ones in the order of their ids. */
  position: wholeNumber(0, 1000).default(100),
  /**
   * Who is made an account at the first sign-in. `domains`: those with an address of `just_in_time_domains`, or where that
   * is empty of a domain proved for this connection; so nobody, until a domain is.
   */
  just_in_time: oneOf(['on', 'off', 'domains']).default('domains'),
  just_in_time_domains: listOf(domain, 100).default([]),
  default_roles: roles,
  /** Whether a second factor used over there counts as one here (Logto CVE-2026-15616: not unless somebody said so). */
  trusts_multi_factor: flag.default(false),
  /** Values of their amr or acr that tell of a second factor, exactly (RFC 8176 §2). */
  multi_factor_values: listOf(line(), 20).default(['mfa']),
  /** One of them has to come back; empty: any will do. */
  required_acr: listOf(line(), 20).default([]),
  /** All of them have to come back. */
  required_amr: listOf(line(), 20).default([]),
  /** Seconds since they signed in over there, at most. */
  max_auth_age: wholeNumber(0, 2_592_000).optional(),
  /** Name of a claim or an attribute, to what it fills. What is not named is filled by the protocol's own names. */
  mapping: z
    .record(line(256), oneOf(mappedFields), { error: 'must be an object of names' })
    .refine(entries(50), tooMany(50))
    .default({}),
  /** `when_empty`: what a person changed here stays. */
  mapping_mode: oneOf(['always', 'when_empty']).default('always'),
  /** Exact value of a group over there, to roles and groups of this tenant. */
  groups: z
    .record(
      line(256),
      z.strictObject({ roles, groups: groupNames }, { error: 'must be an object' }),
      {
        error: 'must be an object of groups',
      },
    )
    .refine(entries(200), tooMany(200))
    .default({}),
  /**
   * An account that stands here already is linked without its owner's proof where the address is of a domain proved for
   * this connection (reference/federation.md §3.7, row three).
   */
  links_by_verified_domain: flag.default(false),
}

export type SharedSettings = z.output<z.ZodObject<typeof sharedSettings>>
