import type { Message } from './message.ts'

/** Passkeys: where they are asked for, made and kept. */
export const passkeyEn = {
  'passkey.sign_in': 'Sign in with a passkey',
  'passkey.use': 'Use a passkey',
  'second_step.passkey': 'Confirm with one of your passkeys.',
  'passkey.waiting': 'Checking your passkey…',
  'passkey.failed': 'Nothing was changed. Try again or use another way.',
  'passkey.taken': 'This device has a passkey for your account already.',
  'passkey.unsupported':
    'Passkeys need JavaScript and a browser that knows them. Use another way, or another browser.',
  'passkey.unknown_gone':
    'This passkey no longer works here. We asked your device to remove it. Use another way.',
  'passkey.unknown': 'This passkey doesn’t open an account here. Use another way.',
  'passkey.other_account':
    'That passkey is for another account. Use one of this account, or another way.',
  'passkey.not_added': 'That passkey could not be added. Nothing was changed. Try again.',
  'passkey.nudge_title': 'Sign in without a password next time?',
  'passkey.nudge_create': 'Create a passkey',
  'passkey.nudge_later': 'Not now',
  'passkey.nudge_never': 'Don’t ask again on this device',
  'passkey.refused': 'That passkey didn’t work. Try again or use another way.',

  'account.passkeys': 'Passkeys',
  'account.passkeys_lead':
    'A passkey signs you in by your fingerprint, your face or the lock of your device. It can’t be guessed, and no false page can ask for it.',
  'account.passkeys_count': {
    one: 'You have {count} passkey.',
    other: 'You have {count} passkeys.',
  },
  'account.passkeys_none': 'You have no passkey.',
  'account.passkeys_manage': 'Manage your passkeys',
  'account.passkeys_add': 'Add a passkey',
  'account.passkeys_add_title': 'Another passkey',
  'account.passkeys_add_what':
    'Your browser asks where to keep it: on this device, in your password manager, or on a security key.',
  'account.passkeys_most': 'You have as many passkeys as an account can have. Remove one first.',
  'account.passkeys_added': 'Your passkey is added. You can sign in with it.',
  'account.passkeys_renamed': 'Your passkey is renamed.',
  'account.passkeys_removed': 'Your passkey is removed. It opens nothing here any more.',
  'account.passkeys_expired': 'That took too long, and nothing was changed. Try again.',
  'account.passkeys_taken': 'That passkey is added already.',
  'account.passkeys_name_invalid': 'Use at most 64 letters, digits and signs.',
  'account.passkeys_last_way_in':
    'This is the only way into your account. Add another one before you remove it.',
  'account.passkeys_needed':
    '{tenant} asks you for a second step, and this is your last one. Add another one first.',
  'account.passkeys_unnamed': 'Passkey',
  'account.passkeys_synced': 'Synced',
  'account.passkeys_bound': 'On one device',
  'account.passkeys_created': 'Added',
  'account.passkeys_used': 'Last used',
  'account.passkeys_never': 'Not used yet',
  'account.passkeys_kept_by': 'Kept by',
  'account.passkeys_name': 'Name',
  'account.passkeys_rename': 'Rename',
  'account.passkeys_rename_named': 'Rename {name}',
  'account.passkeys_remove': 'Remove',
  'account.passkeys_remove_named': 'Remove {name}',
  'account.activity_passkey_added': 'Passkey added',
  'account.activity_passkey_removed': 'Passkey removed',
  'account.activity_passkey_renamed': 'Passkey renamed',
  'account.activity_passkey_counter': 'Passkey used that may have been copied',

  'mail.passkey_added.title': 'A passkey was added',
  'mail.passkey_added.what':
    'Your {tenant} account can now be opened with one more passkey. If it was you, there is nothing to do.',
  'mail.passkey_removed.title': 'A passkey was removed',
  'mail.passkey_removed.what':
    'A passkey of your {tenant} account was removed and opens it no more. If it was you, there is nothing to do.',
  'mail.passkey.not_you':
    'If it wasn’t you, look at your passkeys, remove what isn’t yours, and set a new password.',
  'mail.passkey.manage': 'Look at your passkeys',
  'mail.passkey.name': 'Passkey',
} as const satisfies Record<string, Message>
