import type { ThrottleRule } from '../login.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/**
 * Q40: three mails in ten minutes to one address, ten a day. With five tries each, this is also what bounds guessing: fifty
 * a day against one address. A lock on top of it would be a weapon against the person. A browser the person has signed in
 * from has a count of its own (Q37): nobody else's asking keeps mail from them.
 */
export const sendRule: ThrottleRule = {
  name: 'email_code.send',
  free: 3,
  wait: () => 10 * minute,
  window: 10 * minute,
}

export const sendDailyRule: ThrottleRule = {
  name: 'email_code.send_daily',
  free: 10,
  wait: () => day / 10,
  window: day,
}

/** Q40: twenty mails an hour asked for from one network address. */
export const requesterRule: ThrottleRule = {
  name: 'email_code.requester',
  free: 20,
  wait: () => 3 * minute,
  window: hour,
}

/** Q38: thirty codes tried in ten minutes from one network address, then one every 20 seconds. Right ones are given back. */
export const guessRule: ThrottleRule = {
  name: 'email_code.guess',
  free: 30,
  wait: () => 20,
  window: 10 * minute,
}
