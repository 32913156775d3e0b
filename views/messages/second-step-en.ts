import type { Message } from './message.ts'

/** What is asked of somebody beyond who they are. */
export const secondStepEn = {
  'second_step.title': 'Confirm it’s you',
  'second_step.email_code': 'Enter the code we sent to {email}.',
  'second_step.email_code_ask': 'We’ll send a code to {email}.',
  'second_step.totp': 'Enter the code that your authenticator app shows now.',
  'second_step.recovery_code': 'Enter one of the recovery codes you saved. Each works once.',
  'second_step.code': 'Code',
  'second_step.recovery_code_label': 'Recovery code',
  'second_step.submit': 'Continue',
  'second_step.send': 'Send a code',
  'second_step.resend': 'Send a new code',
  'second_step.resend_in': 'You can ask for a new code in {duration}.',
  'second_step.required': 'Enter the code.',
  'second_step.wrong': 'That code isn’t right. Check it and try again.',
  'second_step.used': 'That code was used already. Wait for the next one.',
  'second_step.clock_ahead':
    'The clock of that device is about {duration} ahead. Let it set its clock by itself, wait {duration}, then enter the code it shows.',
  'second_step.clock_behind':
    'The clock of that device is about {duration} behind. Let it set its clock by itself, then enter the code it shows.',
  'second_step.locked':
    'Too many wrong codes were entered, so none is accepted here any more. Try another way, or ask for help.',
  'second_step.trust': {
    one: 'Don’t ask again on this device for {count} day',
    other: 'Don’t ask again on this device for {count} days',
  },
  'second_step.others': 'Try another way',
  'second_step.way_passkey': 'Use a passkey',
  'second_step.way_totp': 'Use your authenticator app',
  'second_step.way_email_code': 'Get a code by email',
  'second_step.way_password': 'Use your password',
  'second_step.way_recovery_code': 'Use a recovery code',
  'second_step.change': 'Use another account',

  'enrol.title': 'Set up a second step',
  'enrol.lead': '{tenant} asks for more than a password when you sign in.',
  'enrol.lead_client': '{client} asks for more than a password when you sign in.',
  'enrol.totp': 'Authenticator app',
  'enrol.totp_hint': 'An app on your phone shows you a code each time.',
  'enrol.passkey': 'Passkey',
  'enrol.passkey_hint': 'Unlock this device with your face, your finger or its PIN.',
  'enrol.choose': 'Set up something else',
  'enrol.put_off': 'Not now: I’ll do it by {date}',
  'enrol.give_up': 'Go back without it',

  'mail.step_up.title': 'Confirm your sign-in to {tenant}',
  'mail.step_up.what': 'Enter this code where you are signing in. It works for {duration}.',
  'mail.step_up.not_you':
    'If you aren’t signing in right now, somebody else knows your password. Change it now, and give this code to nobody.',
} as const satisfies Record<string, Message>
