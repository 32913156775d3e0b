import type { Message } from './message.ts'

/** The second step: authenticator apps and recovery codes, where they are set up, asked for and told of. */
export const twoStepEn = {
  'mail.factor.not_you':
    'If this wasn’t you, somebody knows your password. Change it now, and look at your sign-in methods.',
  'mail.factor.review': 'Open two-step verification',
  'mail.totp_added.title': 'An authenticator app was added',
  'mail.totp_added.what':
    'From now on an authenticator app can confirm sign-ins to your {tenant} account.',
  'mail.totp_replaced.title': 'Your authenticator app was replaced',
  'mail.totp_replaced.what':
    'Another authenticator app now confirms sign-ins to your {tenant} account. The codes of the old one don’t work any more, and all devices were signed out.',
  'mail.totp_removed.title': 'Your authenticator app was turned off',
  'mail.totp_removed.what':
    'No authenticator app confirms sign-ins to your {tenant} account any more. All devices were signed out.',
  'mail.totp_locked.title': 'Your authenticator app was blocked',
  'mail.totp_locked.what':
    'Too many wrong codes were entered for your {tenant} account, so no code of your authenticator app is accepted any more. Sign in another way and set the app up anew.',
  'mail.recovery_codes_made.title': 'You have new recovery codes',
  'mail.recovery_codes_made.what':
    'New recovery codes were made for your {tenant} account. The ones before don’t work any more.',
  'mail.recovery_code_locked.title': 'Your recovery codes were blocked',
  'mail.recovery_code_locked.what':
    'Too many wrong recovery codes were entered for your {tenant} account, so none is accepted any more. Sign in another way and make new ones.',
  'mail.recovery_code_used.title': 'A recovery code was used',
  'mail.recovery_code_used.what': {
    one: 'A recovery code confirmed a sign-in to your {tenant} account. {count} code is left.',
    other: 'A recovery code confirmed a sign-in to your {tenant} account. {count} codes are left.',
  },
  'mail.recovery_codes_few.title': 'You’re running out of recovery codes',
  'mail.recovery_codes_few.what': {
    one: 'Only {count} recovery code of your {tenant} account is left. Make new ones before you need them.',
    other:
      'Only {count} recovery codes of your {tenant} account are left. Make new ones before you need them.',
  },
} as const satisfies Record<string, Message>
