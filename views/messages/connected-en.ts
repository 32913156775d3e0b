import type { Message } from './message.ts'

/** Accounts elsewhere that open an account here: where they are listed, and the mails that tell of them. */
export const connectedEn = {
  'account.connected': 'Connected accounts',
  'account.connected_lead': 'Accounts you have elsewhere, and can sign in with here.',
  'account.connected_none': 'You have no connected account.',
  'account.connected_count': {
    one: 'You have {count} connected account.',
    other: 'You have {count} connected accounts.',
  },
  'account.connected_manage': 'Manage connected accounts',
  'account.connected_add': 'Connect an account',
  'account.connected_add_what':
    'You sign in there once, and come back here. From then on it opens this account too.',
  'account.connected_add_named': 'Connect {connection}',
  'account.connected_as': 'Account there',
  'account.connected_since': 'Connected',
  'account.connected_used': 'Last used',
  'account.connected_never': 'Not used yet',
  'account.connected_off': 'Switched off',
  'account.connected_remove_named': 'Disconnect {connection}',
  'account.connected_linked': '{connection} is connected. You can sign in with it.',
  'account.connected_unlinked': '{connection} is disconnected. It opens nothing here any more.',
  'account.connected_last_way_in':
    'This is the only way into your account. Set a password or add a passkey before you disconnect it.',
  'account.connected_needed': 'Your organisation signs you in with it, so it stays.',
  'account.connected_identity_taken':
    'That account at {connection} belongs to somebody else here, or another one is connected already. Nothing was changed.',
  'account.connected_domain_not_allowed':
    'The address you have at {connection} can’t be used here. Choose another account there. Nothing was changed.',
  'account.connected_authentication_too_weak':
    'This needs a stronger sign-in at {connection}, such as a second step. Set one up there, then try again.',
  'account.connected_cancelled':
    'You came back from {connection} without signing in. Nothing was changed.',
  'account.connected_unavailable':
    '{connection} didn’t answer. Nothing was changed. Try again in a moment.',
  'account.connected_failed':
    '{connection} wasn’t connected. Begin again here; if it stays like this, tell your administrator.',
  'account.activity_connected_added': 'Account connected',
  'account.activity_connected_removed': 'Account disconnected',
  'account.activity_connected_read': 'App got access to a connected account',
  'account.activity_connected_over': 'Access to a connected account ended',
  'account.activity_emergency': 'Signed in as an emergency administrator',

  'mail.connected_linked.title': 'You can now sign in with {connection}',
  'mail.connected_linked.what':
    'Your account at {connection} was connected, and opens your {tenant} account from now on. If it was you, there is nothing to do.',
  'mail.connected_unlinked.title': '{connection} was disconnected',
  'mail.connected_unlinked.what':
    'Your account at {connection} opens your {tenant} account no more. If it was you, there is nothing to do.',
  'mail.connected_taken_over.title': 'You sign in with {connection} now',
  'mail.connected_taken_over.what':
    'Your organisation signs you in to {tenant} from now on. What opened your account before, such as a password or passkeys, was removed, and every device and app was signed out.',
  'mail.connected.not_you':
    'If it wasn’t you, look at your connected accounts, disconnect what isn’t yours, and tell your administrator.',
  'mail.connected.manage': 'Look at connected accounts',
} as const satisfies Record<string, Message>
