import type { Message } from './message.ts'

/** Signing in with the account one has elsewhere. */
export const elsewhereEn = {
  'elsewhere.button': 'Continue with {connection}',
  'elsewhere.buttons': 'Other ways to sign in',
  'elsewhere.title': 'Continue to {connection}',
  'elsewhere.what': 'You sign in at {connection}, and come back here.',
  'elsewhere.enforced': 'People with this address sign in at {connection} only.',
  'elsewhere.submit': 'Continue to {connection}',
  'elsewhere.here': 'Sign in another way',
  'elsewhere.forward': 'You are on your way to {connection}.',

  'elsewhere.link_title': 'You have an account here already',
  'elsewhere.link_what':
    'Sign in to {email} as you did before, once. From then on, {connection} opens it too.',
  'elsewhere.link_submit': 'Continue',

  'elsewhere.verify_title': 'Confirm your email address',
  'elsewhere.verify_lead':
    '{connection} didn’t tell us whether {email} is really yours. We’ll send a code there.',

  'elsewhere.failed_title': 'You’re not signed in yet',
  'elsewhere.back_title': 'This sign-in can’t go on',
  'elsewhere.failed_upstream_unavailable':
    '{connection} didn’t answer. Try again in a moment, or sign in another way.',
  'elsewhere.failed_upstream_refused':
    '{connection} didn’t let this sign-in through. Try again; if it stays like this, ask the people who run it.',
  'elsewhere.failed_upstream_cancelled':
    'You came back from {connection} without signing in. Try again, or sign in another way.',
  'elsewhere.failed_answer_refused':
    'We can’t trust what {connection} answered, so we stopped. Try again; if it happens once more, tell your administrator.',
  'elsewhere.failed_errand_unknown':
    'This sign-in was begun in another window, or too long ago. Begin it again here.',
  'elsewhere.failed_connection_inactive':
    'Signing in with {connection} is switched off here. Use another way, or ask your administrator.',
  'elsewhere.failed_no_account':
    'You have no account here yet. Ask your administrator for one, then sign in with {connection} again.',
  'elsewhere.failed_domain_not_allowed':
    'The address you have at {connection} can’t be used here. Choose another account there, or ask your administrator.',
  'elsewhere.failed_account_unavailable': 'This account is paused. Ask your administrator.',
  'elsewhere.failed_authentication_too_weak':
    'This needs a stronger sign-in at {connection}, such as a second step. Set one up there, then try again.',
  'elsewhere.failed_authentication_too_old':
    'The application wants you to sign in anew, and {connection} didn’t ask you. Sign out there, then try again.',
  'elsewhere.failed_identity_taken':
    'Your account here belongs to another account of {connection}. Choose that one there, or ask your administrator.',
  'elsewhere.failed_email_required':
    '{connection} told us no address that is proved to be yours. Confirm your address there, then try again.',
  'elsewhere.out_title': 'You’re signed out here',
  'elsewhere.out_what': 'Next, {connection} signs you out over there.',
  'elsewhere.out_submit': 'Sign out at {connection}',
  'elsewhere.out_skip': 'Continue without',
  'elsewhere.out_unconfirmed':
    '{connection} didn’t confirm that you are signed out there too. If other people use this device, sign out there as well.',
  'elsewhere.out_next': 'Continue',
  'elsewhere.out_refused_title': 'This sign-out can’t go on',
  'elsewhere.out_refused':
    'It was begun in another window, too long ago, or can’t be trusted, so nothing was changed. To sign out, choose “Sign out” in the application or in your account.',

  'elsewhere.back_what':
    'It was begun in another window or browser, or too long ago. Go back to the application and begin again there.',

  'mail.connection': 'Connection',
  'mail.until': 'Until',
  'mail.fingerprint': 'Certificate',
  'mail.glass_broken.title': '{who} signed in without {connection}',
  'mail.glass_broken.what':
    'People with this address sign in with {connection} only. An owner may use a passkey instead, for when it doesn’t work, and {who} just did. If nobody meant to, remove the passkey and find out who has it.',
  'mail.domain_missing.title': 'The DNS record of {domain} is gone',
  'mail.domain_missing.what':
    'It proves that {domain} is yours, so that its people sign in with {connection}. Put it back: until the time below nothing changes, after that its people are no longer sent there.',
  'mail.domain_lost.title': '{domain} no longer counts as yours',
  'mail.domain_lost.what':
    'The DNS record that proves it was gone for seven days. Its people are no longer sent to {connection}, and need not sign in there. Put the record back and check the domain again.',
  'mail.certificate_ending.title': 'A certificate of {connection} is about to end',
  'mail.certificate_ending.what':
    'The identity provider signs with it. People can sign in after its end too, but whoever runs that provider will exchange it: make sure the new one is known here before they do.',
  'mail.certificate_over.title': 'A certificate of {connection} has ended',
  'mail.certificate_over.what':
    'The identity provider still signs with it, as far as is known here. People can sign in, but whoever runs that provider should exchange it: make sure the new one is known here first.',
} as const satisfies Record<string, Message>
