import type { Translation } from './catalogue.ts'
import type { connectedEn } from './connected-en.ts'

/** Konten anderswo, die hier ein Konto öffnen. */
export const connectedDe: Pick<Translation, keyof typeof connectedEn> = {
  'mail.connected_linked.title': 'Sie können sich jetzt mit {connection} anmelden',
  'mail.connected_linked.what':
    'Ihr Konto bei {connection} wurde verbunden und öffnet von jetzt an Ihr Konto bei {tenant}. Waren Sie es, ist nichts zu tun.',
  'mail.connected_unlinked.title': '{connection} wurde getrennt',
  'mail.connected_unlinked.what':
    'Ihr Konto bei {connection} öffnet Ihr Konto bei {tenant} nicht mehr. Waren Sie es, ist nichts zu tun.',
  'mail.connected_taken_over.title': 'Sie melden sich jetzt mit {connection} an',
  'mail.connected_taken_over.what':
    'Von jetzt an meldet Ihre Organisation Sie bei {tenant} an. Was Ihr Konto vorher geöffnet hat, etwa ein Passwort oder Passkeys, wurde entfernt, und alle Geräte und Apps wurden abgemeldet.',
  'mail.connected.not_you':
    'Waren Sie es nicht, sehen Sie Ihre verbundenen Konten an, trennen Sie, was nicht Ihres ist, und sagen Sie es Ihrer Administration.',
  'mail.connected.manage': 'Verbundene Konten ansehen',
}
