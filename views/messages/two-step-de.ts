import type { Translation } from './catalogue.ts'
import type { twoStepEn } from './two-step-en.ts'

export const twoStepDe: Pick<Translation, keyof typeof twoStepEn> = {
  'mail.factor.not_you':
    'Wenn Sie das nicht waren, kennt jemand Ihr Passwort. Ändern Sie es sofort, und prüfen Sie Ihre Anmeldewege.',
  'mail.factor.review': 'Bestätigung in zwei Schritten öffnen',
  'mail.totp_added.title': 'Eine Authenticator-App wurde hinzugefügt',
  'mail.totp_added.what':
    'Ab jetzt kann eine Authenticator-App Anmeldungen bei Ihrem Konto bei {tenant} bestätigen.',
  'mail.totp_replaced.title': 'Ihre Authenticator-App wurde ersetzt',
  'mail.totp_replaced.what':
    'Ab jetzt bestätigt eine andere Authenticator-App die Anmeldungen bei Ihrem Konto bei {tenant}. Die Codes der alten gelten nicht mehr, und alle Geräte wurden abgemeldet.',
  'mail.totp_removed.title': 'Ihre Authenticator-App wurde abgeschaltet',
  'mail.totp_removed.what':
    'Keine Authenticator-App bestätigt mehr die Anmeldungen bei Ihrem Konto bei {tenant}. Alle Geräte wurden abgemeldet.',
  'mail.totp_locked.title': 'Ihre Authenticator-App wurde gesperrt',
  'mail.totp_locked.what':
    'Für Ihr Konto bei {tenant} wurden zu viele falsche Codes eingegeben. Deshalb gilt kein Code Ihrer Authenticator-App mehr. Melden Sie sich auf anderem Weg an und richten Sie die App neu ein.',
  'mail.recovery_codes_made.title': 'Sie haben neue Wiederherstellungscodes',
  'mail.recovery_codes_made.what':
    'Für Ihr Konto bei {tenant} gibt es neue Wiederherstellungscodes. Die bisherigen gelten nicht mehr.',
  'mail.recovery_code_locked.title': 'Ihre Wiederherstellungscodes wurden gesperrt',
  'mail.recovery_code_locked.what':
    'Für Ihr Konto bei {tenant} wurden zu viele falsche Wiederherstellungscodes eingegeben. Deshalb gilt keiner mehr. Melden Sie sich auf anderem Weg an und erstellen Sie neue.',
  'mail.recovery_code_used.title': 'Ein Wiederherstellungscode wurde benutzt',
  'mail.recovery_code_used.what': {
    one: 'Ein Wiederherstellungscode hat eine Anmeldung bei Ihrem Konto bei {tenant} bestätigt. {count} Code ist übrig.',
    other:
      'Ein Wiederherstellungscode hat eine Anmeldung bei Ihrem Konto bei {tenant} bestätigt. {count} Codes sind übrig.',
  },
  'mail.recovery_codes_few.title': 'Ihre Wiederherstellungscodes gehen zur Neige',
  'mail.recovery_codes_few.what': {
    one: 'Für Ihr Konto bei {tenant} ist nur noch {count} Wiederherstellungscode übrig. Erstellen Sie neue, bevor Sie sie brauchen.',
    other:
      'Für Ihr Konto bei {tenant} sind nur noch {count} Wiederherstellungscodes übrig. Erstellen Sie neue, bevor Sie sie brauchen.',
  },
}
