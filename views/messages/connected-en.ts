import type { Message } from './message.ts'

/** Accounts elsewhere that open an account here: where they are listed, and the mails that tell of them. */
export const connectedEn = {
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
