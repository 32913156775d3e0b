import type { Translation } from './catalogue.ts'
import type { accountEn } from './account-en.ts'

/** Mein Konto. */
export const accountDe: Pick<Translation, keyof typeof accountEn> = {
  'account.name': 'Mein Konto',
  'account.sign_out': 'Abmelden',
  'account.nav_profile': 'Profil',
  'account.nav_methods': 'Anmeldemethoden',
  'account.nav_sessions': 'Sitzungen und Geräte',
  'account.nav_apps': 'Apps mit Zugriff',
  'account.nav_activity': 'Aktivität',
  'account.nav_data': 'Ihre Daten',

  'account.profile_lead': 'Das sehen Apps, denen Sie Ihr Profil zeigen.',
  'account.profile_saved': 'Ihr Profil ist gespeichert.',
  'account.profile_save': 'Speichern',
  'account.profile_name': 'Name',
  'account.profile_given_name': 'Vorname',
  'account.profile_family_name': 'Nachname',
  'account.profile_picture': 'Adresse eines Bildes',
  'account.profile_locale': 'Sprache',
  'account.profile_locale_hint': 'Zum Beispiel de oder de-AT.',
  'account.profile_zoneinfo': 'Zeitzone',
  'account.profile_zoneinfo_hint': 'Zum Beispiel Europe/Berlin.',
  'account.profile_problem_text': 'Höchstens 200 Buchstaben, Ziffern und Zeichen.',
  'account.profile_problem_url': 'Das ist keine Webadresse. Sie beginnt mit https://.',
  'account.profile_problem_locale':
    'Diese Sprache kennen wir nicht. Schreiben Sie zum Beispiel de oder de-AT.',
  'account.profile_problem_zone':
    'Diese Zeitzone kennen wir nicht. Schreiben Sie zum Beispiel Europe/Berlin.',
  'account.email_verified': 'Bestätigt',
  'account.email_unverified': 'Nicht bestätigt',
  'account.username': 'Benutzername',
}
