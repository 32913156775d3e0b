import type { Message } from './message.ts'

/** My account. */
export const accountEn = {
  'account.name': 'My account',
  'account.sign_out': 'Sign out',
  'account.nav_profile': 'Profile',
  'account.nav_methods': 'Sign-in methods',
  'account.nav_sessions': 'Sessions and devices',
  'account.nav_apps': 'Apps with access',
  'account.nav_activity': 'Activity',
  'account.nav_data': 'Your data',

  'account.profile_lead': 'Apps you allow to see your profile see this.',
  'account.profile_saved': 'Your profile is saved.',
  'account.profile_save': 'Save',
  'account.profile_name': 'Name',
  'account.profile_given_name': 'First name',
  'account.profile_family_name': 'Last name',
  'account.profile_picture': 'Address of a picture',
  'account.profile_locale': 'Language',
  'account.profile_locale_hint': 'Such as en or de-AT.',
  'account.profile_zoneinfo': 'Time zone',
  'account.profile_zoneinfo_hint': 'Such as Europe/Berlin.',
  'account.profile_problem_text': 'Use at most 200 letters, digits and signs.',
  'account.profile_problem_url': 'That isn’t a web address. It begins with https://.',
  'account.profile_problem_locale': 'That isn’t a language we know. Write it like en or de-AT.',
  'account.profile_problem_zone': 'That isn’t a time zone we know. Write it like Europe/Berlin.',
  'account.email_verified': 'Verified',
  'account.email_unverified': 'Not verified',
  'account.username': 'User name',
} as const satisfies Record<string, Message>
