import { exponentialWait, type ThrottleRule } from '../login.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

/** Q36: per account, from devices nobody has signed in from; an unknown account has the same bucket. */
export const accountRule: ThrottleRule = {
  name: 'password.account',
  free: 5,
  wait: exponentialWait,
  window: day,
}

/**
 * Q36: a hundred wrong ones in a row, however slowly, and the password opens nothing any more from such devices until it
 * is set anew (63B §3.2.2). Known devices and other methods stay open: locking a person out is no weapon.
 */
export const consecutiveRule: ThrottleRule = {
  name: 'password.consecutive',
  free: 100,
  wait: () => year,
  window: year,
}

/** The same for an address nobody has here, forgotten in a day: strangers must not fill a table for a year. */
export const strangerRule: ThrottleRule = { ...consecutiveRule, window: day }

/** Q37: per known device, instead of both above. */
export const deviceRule: ThrottleRule = {
  name: 'password.device',
  free: 10,
  wait: () => 15 * minute,
  window: 15 * minute,
}

/** Q38: 30 wrong ones in ten minutes from one address, then one every 20 seconds. Right ones are given back. */
export const addressRule: ThrottleRule = {
  name: 'password.address',
  free: 30,
  wait: () => 20,
  window: 10 * minute,
}

/** Q38: ten accounts in ten minutes from one address, then one a minute: the same password tried on everybody. */
export const sprayRule: ThrottleRule = {
  name: 'password.spray',
  free: 10,
  wait: () => minute,
  window: 10 * minute,
}

/** Remembers which accounts an address has tried lately: the first try is allowed, and counts as another account. */
export const sprayedRule: ThrottleRule = {
  name: 'password.sprayed',
  free: 1,
  wait: () => 10 * minute,
  window: 10 * minute,
}
