import type { Translation } from './catalogue.ts'
import type { connectedEn } from './connected-en.ts'

/** Konten anderswo, die hier ein Konto öffnen. */
export const connectedDe: Pick<Translation, keyof typeof connectedEn> = {
  'account.connected': 'Verbundene Konten',
  'account.connected_lead':
    'Konten, die Sie anderswo haben und mit denen Sie sich hier anmelden können.',
  'account.connected_none': 'Sie haben kein verbundenes Konto.',
  'account.connected_count': {
    one: 'Sie haben {count} verbundenes Konto.',
    other: 'Sie haben {count} verbundene Konten.',
  },
  'account.connected_manage': 'Verbundene Konten verwalten',
  'account.connected_add': 'Ein Konto verbinden',
  'account.connected_add_what':
    'Sie melden sich einmal dort an und kommen hierher zurück. Von da an öffnet es auch dieses Konto.',
  'account.connected_add_named': '{connection} verbinden',
  'account.connected_as': 'Konto dort',
  'account.connected_since': 'Verbunden',
  'account.connected_used': 'Zuletzt verwendet',
  'account.connected_never': 'Noch nicht verwendet',
  'account.connected_off': 'Ausgeschaltet',
  'account.connected_remove_named': '{connection} trennen',
  'account.connected_linked': '{connection} ist verbunden. Sie können sich damit anmelden.',
  'account.connected_unlinked': '{connection} ist getrennt. Es öffnet hier nichts mehr.',
  'account.connected_last_way_in':
    'Das ist der einzige Weg in Ihr Konto. Setzen Sie ein Passwort oder fügen Sie einen Passkey hinzu, bevor Sie es trennen.',
  'account.connected_needed': 'Ihre Organisation meldet Sie damit an, deshalb bleibt es.',
  'account.connected_identity_taken':
    'Dieses Konto bei {connection} gehört hier jemand anderem, oder es ist schon ein anderes verbunden. Es wurde nichts geändert.',
  'account.connected_domain_not_allowed':
    'Die Adresse, die Sie bei {connection} haben, kann hier nicht verwendet werden. Wählen Sie dort ein anderes Konto. Es wurde nichts geändert.',
  'account.connected_authentication_too_weak':
    'Dafür braucht es eine stärkere Anmeldung bei {connection}, etwa einen zweiten Schritt. Richten Sie dort einen ein und versuchen Sie es noch einmal.',
  'account.connected_cancelled':
    'Sie sind von {connection} zurückgekommen, ohne sich anzumelden. Es wurde nichts geändert.',
  'account.connected_unavailable':
    '{connection} hat nicht geantwortet. Es wurde nichts geändert. Versuchen Sie es gleich noch einmal.',
  'account.connected_failed':
    '{connection} wurde nicht verbunden. Beginnen Sie hier von vorn; bleibt es dabei, sagen Sie es Ihrer Administration.',
  'account.activity_connected_added': 'Konto verbunden',
  'account.activity_connected_removed': 'Konto getrennt',
  'account.activity_connected_read': 'App erhielt Zugriff auf ein verbundenes Konto',
  'account.activity_connected_over': 'Zugriff auf ein verbundenes Konto beendet',
  'account.activity_emergency': 'Mit dem Notzugang angemeldet',

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
