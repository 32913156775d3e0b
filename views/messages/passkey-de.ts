import type { Translation } from './catalogue.ts'
import type { passkeyEn } from './passkey-en.ts'

/** Passkeys: wo danach gefragt wird, wo sie entstehen und liegen. */
export const passkeyDe: Pick<Translation, keyof typeof passkeyEn> = {
  'passkey.sign_in': 'Mit einem Passkey anmelden',
  'passkey.use': 'Einen Passkey verwenden',
  'second_step.passkey': 'Bestätigen Sie mit einem Ihrer Passkeys.',
  'passkey.waiting': 'Ihr Passkey wird geprüft …',
  'passkey.failed':
    'Es wurde nichts geändert. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.',
  'passkey.taken': 'Auf diesem Gerät gibt es schon einen Passkey für Ihr Konto.',
  'passkey.unsupported':
    'Passkeys brauchen JavaScript und einen Browser, der sie kennt. Nehmen Sie einen anderen Weg oder einen anderen Browser.',
  'passkey.unknown_gone':
    'Dieser Passkey gilt hier nicht mehr. Wir haben Ihr Gerät gebeten, ihn zu entfernen. Nehmen Sie einen anderen Weg.',
  'passkey.unknown': 'Dieser Passkey öffnet hier kein Konto. Nehmen Sie einen anderen Weg.',
  'passkey.other_account':
    'Dieser Passkey gehört zu einem anderen Konto. Nehmen Sie einen dieses Kontos oder einen anderen Weg.',
  'passkey.not_added':
    'Dieser Passkey konnte nicht hinzugefügt werden. Es wurde nichts geändert. Versuchen Sie es noch einmal.',
  'passkey.nudge_title': 'Beim nächsten Mal ohne Passwort anmelden?',
  'passkey.nudge_create': 'Passkey erstellen',
  'passkey.nudge_later': 'Jetzt nicht',
  'passkey.nudge_never': 'Auf diesem Gerät nicht mehr fragen',
  'passkey.refused':
    'Dieser Passkey hat nicht funktioniert. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.',

  'account.passkeys': 'Passkeys',
  'account.passkeys_lead':
    'Ein Passkey meldet Sie mit Fingerabdruck, Gesicht oder der Sperre Ihres Geräts an. Niemand kann ihn erraten, und keine falsche Seite kann nach ihm fragen.',
  'account.passkeys_count': {
    one: 'Sie haben {count} Passkey.',
    other: 'Sie haben {count} Passkeys.',
  },
  'account.passkeys_none': 'Sie haben keinen Passkey.',
  'account.passkeys_manage': 'Ihre Passkeys verwalten',
  'account.passkeys_add': 'Passkey hinzufügen',
  'account.passkeys_add_title': 'Noch ein Passkey',
  'account.passkeys_add_what':
    'Ihr Browser fragt, wo er liegen soll: auf diesem Gerät, in Ihrer Passwortverwaltung oder auf einem Sicherheitsschlüssel.',
  'account.passkeys_most':
    'Mehr Passkeys kann ein Konto nicht haben. Entfernen Sie zuerst einen anderen.',
  'account.passkeys_added': 'Ihr Passkey ist hinzugefügt. Sie können sich mit ihm anmelden.',
  'account.passkeys_renamed': 'Ihr Passkey ist umbenannt.',
  'account.passkeys_removed': 'Ihr Passkey ist entfernt. Er öffnet hier nichts mehr.',
  'account.passkeys_expired':
    'Das hat zu lange gedauert, und es wurde nichts geändert. Versuchen Sie es noch einmal.',
  'account.passkeys_taken': 'Dieser Passkey ist schon hinzugefügt.',
  'account.passkeys_name_invalid': 'Nehmen Sie höchstens 64 Buchstaben, Ziffern und Zeichen.',
  'account.passkeys_last_way_in':
    'Das ist der einzige Weg in Ihr Konto. Richten Sie einen anderen ein, bevor Sie ihn entfernen.',
  'account.passkeys_needed':
    '{tenant} verlangt von Ihnen einen zweiten Schritt, und das ist Ihr letzter. Richten Sie zuerst einen anderen ein.',
  'account.passkeys_unnamed': 'Passkey',
  'account.passkeys_synced': 'Synchronisiert',
  'account.passkeys_bound': 'Auf einem Gerät',
  'account.passkeys_created': 'Hinzugefügt',
  'account.passkeys_used': 'Zuletzt verwendet',
  'account.passkeys_never': 'Noch nicht verwendet',
  'account.passkeys_kept_by': 'Liegt bei',
  'account.passkeys_name': 'Name',
  'account.passkeys_rename': 'Umbenennen',
  'account.passkeys_rename_named': '{name} umbenennen',
  'account.passkeys_remove': 'Entfernen',
  'account.passkeys_remove_named': '{name} entfernen',
  'account.activity_passkey_added': 'Passkey hinzugefügt',
  'account.activity_passkey_removed': 'Passkey entfernt',
  'account.activity_passkey_renamed': 'Passkey umbenannt',
  'account.activity_passkey_counter': 'Passkey verwendet, von dem es eine Kopie geben kann',

  'mail.passkey_added.title': 'Ein Passkey wurde hinzugefügt',
  'mail.passkey_added.what':
    'Ihr Konto bei {tenant} lässt sich jetzt mit einem weiteren Passkey öffnen. Waren Sie es, ist nichts zu tun.',
  'mail.passkey_removed.title': 'Ein Passkey wurde entfernt',
  'mail.passkey_removed.what':
    'Ein Passkey Ihres Kontos bei {tenant} wurde entfernt und öffnet es nicht mehr. Waren Sie es, ist nichts zu tun.',
  'mail.passkey.not_you':
    'Waren Sie es nicht, sehen Sie Ihre Passkeys an, entfernen Sie, was nicht Ihres ist, und setzen Sie ein neues Passwort.',
  'mail.passkey.manage': 'Passkeys ansehen',
  'mail.passkey.name': 'Passkey',
}
