import type { Message } from './message.ts'

/** Codes and links by mail, and how people come in by them. */
export const signInByMailEn = {
  'email_code.title': 'Check your email',
  'email_code.lead': 'We sent a message to {email}. Enter the code from it.',
  'email_code.ask_title': 'Sign in with a code',
  'email_code.ask_lead': 'We’ll send a code to {email}.',
  'email_code.ask': 'Send a code',
  'email_code.label': 'Code',
  'email_code.submit': 'Sign in',
  'email_code.next': 'Next',
  'email_code.resend': 'Send a new code',
  'email_code.resend_hint': 'Nothing there? Look in your spam folder, too.',
  'email_code.resend_in':
    'Nothing there? Look in your spam folder, too. You can ask for a new code in {duration}.',
  'email_code.password': 'Use your password instead',
  'email_code.change': 'Use another address',
  'email_code.required': 'Enter the code from the message.',
  'email_code.wrong': {
    one: 'That code isn’t right. {count} try left.',
    other: 'That code isn’t right. {count} tries left.',
  },
  'email_code.expired': 'That code has expired. Send a new one.',
  'email_code.too_many': 'That code was tried too often. Send a new one.',
  'email_code.too_soon': 'A message is on its way. You can ask for a new code in {duration}.',
  'email_code.throttled': 'Too many tries. Wait {duration}, then try again.',
  'email_link.title': 'Sign in',
  'email_link.lead': 'You opened the link we sent to {email}.',
  'email_link.submit': 'Sign in',
  'email_link.elsewhere_title': 'Your code',
  'email_link.elsewhere': 'Enter this code in the browser where you asked for it.',
  'email_link.warning':
    'Only if you asked for it yourself. Nobody from us will ever ask you for this code.',
  'email_link.over_title': 'This link is over',
  'email_link.over':
    'It was used already, or is too old. Go back to where you started and ask for a new one.',
  'register.title': 'Create an account',
  'register.email': 'Email',
  'register.name': 'Name',
  'register.submit': 'Next',
  'register.sign_in': 'Use an account you have',
  'register.email_required': 'Enter your email address.',
  'register.email_invalid': 'That isn’t a whole email address. It looks like name@example.com.',
  'register.email_domain':
    'Accounts here are only for certain organisations. Use your address there.',
  'register.name_required': 'Enter your name.',
  'register.name_too_long': 'That name is too long. Use at most 100 characters.',
  'register.agree_both': 'I agree to the [terms](terms) and the [privacy policy](privacy).',
  'register.agree_terms': 'I agree to the [terms](terms).',
  'register.agree_privacy': 'I agree to the [privacy policy](privacy).',
  'register.agreement_required': 'Tick the box to agree. Without it we can’t create your account.',
  'register.closed':
    'You can’t create an account here by yourself. Ask the people who sent you for an invitation.',
  'register_password.title': 'Choose a password',
  'register_password.submit': 'Create account',
  'register_password.without': 'Continue without a password',
  'register_password.without_hint': 'Without one, we mail you a code each time you sign in.',
  'invite.title': 'You’re invited to {tenant}',
  'invite.lead': 'Create your account with {email}.',
  'invite.submit': 'Create your account',
  'invite.over_title': 'This invitation is over',
  'invite.over': 'It was used already, or is too old. Ask for a new one.',
  'mail.code_link': 'Continue',
  'mail.sign_in.title': 'Sign in to {tenant}',
  'mail.sign_in.what':
    'Enter this code where you asked for it, or open the link in the same browser. Both are good for {duration}, once.',
  'mail.sign_in.not_you':
    'If you didn’t ask for it, ignore this message and tell nobody the code. Nothing happens.',
  'mail.sign_in.instead_title': 'No account to sign in to',
  'mail.sign_in.instead':
    'Somebody asked for a code to sign in to {tenant} with this address. There’s no account with it that can sign in. If it was you, try the address you signed up with. If it wasn’t, ignore this message.',
  'mail.register.title': 'Create your {tenant} account',
  'mail.register.what':
    'Enter this code where you asked for it, or open the link in the same browser. Both are good for {duration}, once.',
  'mail.register.not_you':
    'If you didn’t ask for it, ignore this message and tell nobody the code. No account is created.',
  'mail.register.instead_title': 'You have an account already',
  'mail.register.instead':
    'Somebody tried to create an account at {tenant} with this address. It has one already. If it was you, sign in with this address instead. If it wasn’t, ignore this message.',
  'mail.reset_password.title': 'Reset your password',
  'mail.reset_password.what':
    'Enter this code where you asked for it, then choose a new password. It’s good for {duration}, once.',
  'mail.reset_password.not_you':
    'If you didn’t ask for it, ignore this message and tell nobody the code. Your password stays as it is.',
  'mail.reset_password.instead_title': 'No password to reset',
  'mail.reset_password.instead':
    'Somebody asked to reset the password of an account at {tenant} with this address. There’s none whose password can be reset. If it was you, try the address you signed up with. If it wasn’t, ignore this message.',
  'mail.change_email.title': 'Confirm your new email address',
  'mail.change_email.what':
    'Enter this code where you asked for it to use this address for your {tenant} account. It’s good for {duration}, once.',
  'mail.change_email.not_you':
    'If you didn’t ask for it, ignore this message and tell nobody the code. Nothing changes.',
  'mail.change_email.instead_title': 'This address has an account already',
  'mail.change_email.instead':
    'Somebody asked to use this address for another {tenant} account. It has an account already, so nothing was changed. If it was you, sign in with this address instead.',
  'mail.verify_email.title': 'Confirm your email address',
  'mail.verify_email.what':
    'Enter this code where you sign in to {tenant}, to show that this address is yours. It’s good for {duration}, once.',
  'mail.verify_email.not_you':
    'If you aren’t signing in, tell nobody the code: somebody else knows the password of this account. Ask who gave it to you for a new one.',
  'mail.foreign_email.title': 'Confirm your email address',
  'mail.foreign_email.what':
    'Somebody signs in to {tenant} with an account that has this address. If it’s you, enter this code there. It’s good for {duration}, once.',
  'mail.foreign_email.not_you':
    'If you aren’t signing in, tell nobody the code: without it, nobody gets in with your address.',
  'mail.invitation.title': 'You’re invited to {tenant}',
  'mail.invitation.what':
    'Somebody at {tenant} invites you to create an account with this address. The link is good for {duration}, for one account.',
  'mail.invitation.not_you': 'If you didn’t expect it, ignore this message. No account is created.',
  'mail.invitation.open': 'Create your account',
} as const satisfies Record<string, Message>
