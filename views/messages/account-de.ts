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

  'account.apps_lead':
    'Diesen Apps haben Sie Ihr Konto erlaubt. Entfernen Sie, was Sie nicht mehr nutzen.',
  'account.apps_empty': 'Keine App hat Zugriff auf Ihr Konto.',
  'account.apps_removed': '{client} hat keinen Zugriff mehr.',
  'account.apps_can': 'Sie kann:',
  'account.apps_since': 'Erlaubt am {at}',
  'account.apps_remove': 'Zugriff von {client} entfernen',
  'account.activity_lead': 'Was in den letzten 90 Tagen geschah.',
  'account.activity_empty': 'In den letzten 90 Tagen ist nichts geschehen.',
  'account.device': '{browser} auf {system}',
  'account.device_unknown': 'Unbekanntes Gerät',
  'account.not_me': 'Das war ich nicht',
  'account.not_me_title': 'War jemand anderes hier?',
  'account.not_me_what':
    'Wir melden Ihr Konto überall ab, auch auf diesem Gerät. Melden Sie sich danach wieder an, und wählen Sie ein neues Passwort, das niemand kennt.',
  'account.not_me_submit': 'Überall abmelden',
  'account.not_me_back': 'Zurück',
  'account.activity_created': 'Konto angelegt',
  'account.activity_sign_in': 'Angemeldet',
  'account.activity_sign_in_failed': 'Anmeldung, die nicht gelang',
  'account.activity_signed_out_everywhere': 'Überall abgemeldet',
  'account.activity_session_ended': 'Auf einem Gerät abgemeldet',
  'account.activity_new_device': 'Neues Gerät',
  'account.activity_profile_changed': 'Profil geändert',
  'account.activity_changed_by_admin': 'Konto von der Verwaltung geändert',
  'account.activity_paused': 'Konto angehalten',
  'account.activity_resumed': 'Konto fortgesetzt',
  'account.activity_email_changed': 'E-Mail-Adresse geändert',
  'account.activity_password_set': 'Passwort gesetzt',
  'account.activity_password_removed': 'Passwort entfernt',
  'account.activity_app_allowed': 'App erlaubt',
  'account.activity_app_denied': 'App abgelehnt',
  'account.activity_app_removed': 'Zugriff einer App entfernt',
  'account.activity_app_stopped': 'App angehalten: ein verbrauchter Schlüssel kam zurück',
  'account.activity_disputed': '„Das war ich nicht“ gemeldet',
  'account.activity_exported': 'Daten exportiert',
  'account.activity_leaving': 'Löschung des Kontos verlangt',
  'account.activity_staying': 'Löschung des Kontos zurückgenommen',
  'account.activity_other': 'Konto geändert',

  'account.data_lead': 'Was wir über Sie speichern, und wie Sie es mitnehmen oder löschen.',
  'account.export_title': 'Ihre Daten mitnehmen',
  'account.export_what':
    'Eine Datei mit Profil, Anmeldemethoden, Sitzungen, Apps und der Aktivität von 90 Tagen. Ein Passwort steht nicht darin.',
  'account.export_submit': 'Als JSON herunterladen',
  'account.confirm_why':
    'Zu Ihrem Schutz fragen wir davor noch einmal nach Ihrem Passwort. Das gilt fünf Minuten.',
  'account.confirm_link': 'Bestätigen, dass Sie es sind',

  'account.leave_title': 'Ihr Konto löschen',
  'account.leave_what':
    'Apps verlieren sofort den Zugriff, und Sie sind überall abgemeldet. Nach 14 Tagen entfernen wir, was wir über Sie speichern.',
  'account.leave_undo':
    'Bis dahin können Sie sich wieder anmelden und Ihr Konto behalten. Danach lässt es sich nicht zurückholen.',
  'account.leave_link': 'Mein Konto löschen',
  'account.leave_warning': 'Damit sind Sie sofort überall abgemeldet.',
  'account.leave_submit': 'Mein Konto löschen',
  'account.leave_back': 'Mein Konto behalten',
  'leaving.title': 'Dieses Konto wird bald gelöscht',
  'leaving.what':
    'Sie haben verlangt, Ihr Konto bei {tenant} zu löschen. Es wird am {date} gelöscht.',
  'leaving.undo':
    'Behalten Sie es, ist alles wie zuvor. Bei Ihren Apps melden Sie sich dann neu an.',
  'leaving.stay': 'Mein Konto behalten',
  'leaving.left_title': 'Ihr Konto wird gelöscht',
  'leaving.left':
    'Sie sind überall abgemeldet. In 14 Tagen entfernen wir, was wir über Sie speichern.',
  'leaving.left_undo':
    'Anders überlegt? Melden Sie sich vorher wieder an, und behalten Sie Ihr Konto.',
  'mail.leaving.subject': 'Ihr Konto bei {tenant} wird gelöscht',
  'mail.leaving.title': 'Ihr Konto wird am {date} gelöscht',
  'mail.leaving.what':
    'Jemand, der sich als Sie ausgewiesen hat, hat verlangt, Ihr Konto bei {tenant} zu löschen. Sie sind überall abgemeldet. Am {date} entfernen wir, was wir über Sie speichern.',
  'mail.leaving.undo':
    'Waren Sie es nicht, oder haben Sie es sich anders überlegt, melden Sie sich vorher an und behalten Sie Ihr Konto. Wählen Sie danach ein neues Passwort.',
  'mail.leaving.stay': 'Mein Konto behalten',

  'account.sessions_lead': 'Hier sind Sie angemeldet.',
  'account.sessions_ended': 'Dieses Gerät ist abgemeldet.',
  'account.sessions_others_ended': 'Sie sind auf allen anderen Geräten abgemeldet.',
  'account.sessions_current': 'Dieses Gerät',
  'account.sessions_seen': 'Zuletzt gesehen',
  'account.sessions_opened': 'Zuerst gesehen',
  'account.sessions_from': 'Von',
  'account.sessions_apps': 'Apps',
  'account.sessions_end': 'Dort abmelden',
  'account.sessions_end_others': 'Überall sonst abmelden',
  'account.sessions_end_all': 'Überall abmelden, auch hier',

  'account.methods_email_changed':
    'Ihre E-Mail-Adresse ist geändert. Der alten haben wir geschrieben.',
  'account.methods_password_set': 'Ihr Passwort ist gesetzt.',
  'account.email_change': 'Ihre E-Mail-Adresse ändern',
  'account.email_lead':
    'Sie melden sich als {email} an. Wir senden zuerst einen Code an die neue Adresse.',
  'account.email_new': 'Neue E-Mail-Adresse',
  'account.email_unchanged': 'Das ist schon Ihre Adresse.',
  'account.email_submit': 'Adresse ändern',
  'account.email_again': 'Dieser Code gilt nicht mehr. Fordern Sie einen neuen an.',
  'account.password_is_set': 'Sie haben ein Passwort.',
  'account.password_is_none': 'Sie haben kein Passwort.',
  'account.password_change': 'Ihr Passwort ändern',
  'account.password_set_link': 'Ein Passwort setzen',
  'account.password_current': 'Aktuelles Passwort',
  'account.password_submit': 'Passwort speichern',
  'account.password_effect': 'Danach sind Sie überall abgemeldet, auch hier.',
  'account.password_wrong': 'Das ist nicht Ihr aktuelles Passwort.',
  'account.password_current_required': 'Geben Sie Ihr aktuelles Passwort ein.',
  'account.password_last':
    'Ihr Passwort ist Ihre einzige starke Anmeldung. Richten Sie zuerst eine andere ein.',
  'account.password_remove_title': 'Ohne Passwort anmelden',
  'account.password_remove_what':
    'Sie können Ihr Passwort entfernen, sobald Sie sich auf eine andere starke Weise angemeldet haben.',
  'account.password_remove': 'Passwort entfernen',
  'account.changed_title': 'Ihr Passwort ist geändert',
  'account.changed_what': 'Sie sind überall abgemeldet. Melden Sie sich neu an, um weiterzumachen.',
}
