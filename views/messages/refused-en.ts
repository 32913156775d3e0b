import type { Message } from './message.ts'

/** A sign-in that is too unlike the person. */
export const refusedEn = {
  'refused.title': 'We couldn’t sign you in this time',
  'refused.what': 'This sign-in looks unusual, and we can’t make sure it’s you.',
  'refused.try':
    'Sign in on a device or in a place you’ve used before, or with a passkey. We wrote to the address of the account.',
  'refused.back': 'Back to {client}',

  'account.activity_sign_in_doubted': 'Unusual sign-in noticed',
  'account.activity_sign_in_refused': 'Unusual sign-in stopped',
  'account.activity_device_trusted': 'Device trusted',
  'account.activity_device_untrusted': 'Trusted device removed',

  'mail.sign_in_refused.title': 'We stopped a sign-in to your account',
  'mail.sign_in_refused.what':
    'Somebody gave the right password or code for your {tenant} account. The sign-in looked so unusual that we let nobody in.',
  'mail.sign_in_refused.you':
    'If it was you, sign in on a device or in a place you’ve used before. A passkey lets you in anywhere.',
  'mail.sign_in_refused.not_you':
    'If it wasn’t you, somebody knows your password. Choose a new one now.',
} as const satisfies Record<string, Message>
