import type { Message } from './message.ts'

/** The second step: authenticator apps and recovery codes, where they are set up, asked for and told of. */
export const twoStepEn = {
  'account.nav_two-step': 'Two-step verification',
  'account.two_step_lead':
    'After your password, a second step confirms that it’s you. Whoever learns your password doesn’t get in.',
  'account.two_step_app_added':
    'Your authenticator app is set up. From now on it confirms your sign-ins.',
  'account.two_step_codes_saved': 'Your recovery codes are set. Each works once.',
  'account.two_step_demanded':
    'Your organisation asks for a second step, and this is your only one. Set up another way first.',
  'account.app_none':
    'Not set up. An app on your phone shows a new code every 30 seconds, even without a network.',
  'account.app_set_up': 'Set up an authenticator app',
  'account.app_since': 'Set up on {at}.',
  'account.app_used': 'Last used on {at}.',
  'account.app_unused': 'Not used yet.',
  'account.app_locked':
    'Too many wrong codes were entered, so this app isn’t accepted any more. Set it up anew.',
  'account.app_replace': 'Set up another app',
  'account.app_replace_effect':
    'The codes of the app you have now stop working, and you’re signed out everywhere.',
  'account.app_turn_off': 'Turn the app off',
  'account.app_turn_off_confirm': 'Confirm it’s you to turn the app off',
  'account.app_what':
    'Install an authenticator app on your phone, then go on. Any app for six-digit codes will do.',
  'account.app_begin': 'Go on',
  'account.app_cancel': 'Not now',
  'account.codes_left': { one: '{count} code is left.', other: '{count} codes are left.' },
  'account.codes_since': 'Made on {at}.',
  'account.codes_make': 'Make new recovery codes',
  'account.codes_effect': 'New ones replace all you have.',
  'account.codes_none':
    'You have no recovery codes. Without them you may not get in when your phone is lost.',
  'account.codes_locked':
    'Too many wrong recovery codes were entered, so none is accepted any more. Make new ones.',
  'account.codes_few': 'You’re running out of recovery codes. Make new ones.',
  'account.codes_unsaved':
    'You haven’t said yet that you keep your recovery codes. If you don’t have them, make new ones.',
  'account.codes_no_factor': 'Recovery codes stand in for an authenticator app. Set one up first.',
  'account.codes_throttled': 'You made new codes several times. Wait {duration}, then try again.',
  'account.codes_gone': 'These codes aren’t shown any more. If you don’t have them, make new ones.',
  'account.changed_factors_title': 'Your sign-in methods are changed',
  'account.changed_factors_what': 'You’re signed out everywhere. Sign in again to go on.',
  'account.activity_second_step': 'A second step was passed',
  'account.activity_totp_enrolled': 'An authenticator app was set up',
  'account.activity_totp_removed': 'The authenticator app was turned off',
  'account.activity_factor_locked': 'A second step was blocked after too many wrong codes',
  'account.activity_codes_made': 'New recovery codes were made',
  'account.activity_code_used': 'A recovery code was used',
  'account.activity_codes_removed': 'Recovery codes were removed',
  'two_step.app': 'Authenticator app',
  'two_step.codes': 'Recovery codes',
  'two_step.scan': 'Scan this with your authenticator app.',
  'two_step.qr': 'QR code for your authenticator app',
  'two_step.open_app': 'Open it in an app on this device',
  'two_step.key': 'Can’t scan it? Type this key into the app:',
  'two_step.code_label': 'Code from the app',
  'two_step.turn_on': 'Turn it on',
  'two_step.code_required': 'Enter the code the app shows.',
  'two_step.code_wrong': 'That code isn’t right. Enter the one the app shows now.',
  'two_step.clock_ahead':
    'The clock of that device is about {duration} ahead. Set it to automatic, then enter the next code.',
  'two_step.clock_behind':
    'The clock of that device is about {duration} behind. Set it to automatic, then enter the next code.',
  'two_step.expired': 'That took too long. Begin again with a new code to scan.',
  'two_step.codes_what':
    'Each recovery code gets you in once when you have neither your app nor a passkey at hand.',
  'two_step.codes_new':
    'Each of these gets you in once when you have neither your app nor a passkey at hand. Keep them where you keep important papers: they’re shown only now.',
  'two_step.download': 'Download',
  'two_step.copy': 'Copy',
  'two_step.copied': 'Copied.',
  'two_step.print': 'Print',
  'two_step.saved': 'I’ve saved them',
  'two_step.file_title': 'Recovery codes for {email} at {tenant}',
  'two_step.file_what': 'Each works once. Made on {at}.',

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
  'mail.factors_reset.title': 'Your two-step verification was reset',
  'mail.factors_reset.what':
    'An administrator removed the authenticator app, passkeys, recovery codes and trusted devices of your {tenant} account, and signed out all devices. Set up two-step verification again when you next sign in.',
  'mail.factors_reset.not_you':
    'If you didn’t ask for this, tell your administrator now: somebody may have asked in your name.',
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
