import type { Translation } from './catalogue.ts'
import type { twoStepEn } from './two-step-en.ts'

export const twoStepDe: Pick<Translation, keyof typeof twoStepEn> = {
  'account.nav_two-step': 'Bestätigung in zwei Schritten',
  'account.two_step_lead':
    'Nach dem Passwort bestätigt ein zweiter Schritt, dass Sie es sind. Wer nur Ihr Passwort kennt, kommt nicht hinein.',
  'account.two_step_app_added':
    'Ihre Authenticator-App ist eingerichtet. Ab jetzt bestätigt sie Ihre Anmeldungen.',
  'account.two_step_codes_saved': 'Ihre Wiederherstellungscodes gelten. Jeder für ein Mal.',
  'account.two_step_demanded':
    'Ihre Organisation verlangt einen zweiten Schritt, und das ist Ihr einziger. Richten Sie zuerst einen anderen ein.',
  'account.app_none':
    'Nicht eingerichtet. Eine App auf Ihrem Telefon zeigt alle 30 Sekunden einen neuen Code, auch ohne Netz.',
  'account.app_set_up': 'Authenticator-App einrichten',
  'account.app_since': 'Eingerichtet am {at}.',
  'account.app_used': 'Zuletzt benutzt am {at}.',
  'account.app_unused': 'Noch nicht benutzt.',
  'account.app_locked':
    'Es wurden zu viele falsche Codes eingegeben. Deshalb gilt diese App nicht mehr. Richten Sie sie neu ein.',
  'account.app_replace': 'Andere App einrichten',
  'account.app_replace_effect':
    'Die Codes Ihrer jetzigen App gelten dann nicht mehr, und Sie werden überall abgemeldet.',
  'account.app_turn_off': 'App abschalten',
  'account.app_turn_off_confirm': 'Bestätigen, um die App abzuschalten',
  'account.app_what':
    'Installieren Sie eine Authenticator-App auf Ihrem Telefon. Jede App für sechsstellige Codes ist recht.',
  'account.app_begin': 'Weiter',
  'account.app_cancel': 'Nicht jetzt',
  'account.codes_left': { one: '{count} Code ist übrig.', other: '{count} Codes sind übrig.' },
  'account.codes_since': 'Erstellt am {at}.',
  'account.codes_make': 'Neue Wiederherstellungscodes erstellen',
  'account.codes_effect': 'Neue ersetzen alle, die Sie haben.',
  'account.codes_none':
    'Sie haben keine Wiederherstellungscodes. Ohne sie kommen Sie vielleicht nicht hinein, wenn das Telefon verloren ist.',
  'account.codes_locked':
    'Es wurden zu viele falsche Wiederherstellungscodes eingegeben. Deshalb gilt keiner mehr. Erstellen Sie neue.',
  'account.codes_few': 'Ihre Wiederherstellungscodes gehen zur Neige. Erstellen Sie neue.',
  'account.codes_unsaved':
    'Sie haben noch nicht gesagt, dass Sie Ihre Wiederherstellungscodes aufbewahren. Wenn Sie sie nicht haben, erstellen Sie neue.',
  'account.codes_no_factor':
    'Wiederherstellungscodes springen für eine Authenticator-App ein. Richten Sie zuerst eine ein.',
  'account.codes_throttled':
    'Sie haben mehrmals neue Codes erstellt. Warten Sie {duration} und versuchen Sie es dann wieder.',
  'account.codes_gone':
    'Diese Codes werden nicht mehr gezeigt. Wenn Sie sie nicht haben, erstellen Sie neue.',
  'account.changed_factors_title': 'Ihre Anmeldewege sind geändert',
  'account.changed_factors_what':
    'Sie sind überall abgemeldet. Melden Sie sich wieder an, um fortzufahren.',
  'account.activity_second_step': 'Ein zweiter Schritt wurde bestanden',
  'account.activity_totp_enrolled': 'Eine Authenticator-App wurde eingerichtet',
  'account.activity_totp_removed': 'Die Authenticator-App wurde abgeschaltet',
  'account.activity_factor_locked':
    'Ein zweiter Schritt wurde nach zu vielen falschen Codes gesperrt',
  'account.activity_codes_made': 'Neue Wiederherstellungscodes wurden erstellt',
  'account.activity_code_used': 'Ein Wiederherstellungscode wurde benutzt',
  'account.activity_codes_removed': 'Wiederherstellungscodes wurden entfernt',
  'two_step.app': 'Authenticator-App',
  'two_step.codes': 'Wiederherstellungscodes',
  'two_step.scan': 'Scannen Sie das mit Ihrer Authenticator-App.',
  'two_step.qr': 'QR-Code für Ihre Authenticator-App',
  'two_step.open_app': 'In einer App auf diesem Gerät öffnen',
  'two_step.key': 'Sie können nicht scannen? Geben Sie diesen Schlüssel in die App ein:',
  'two_step.code_label': 'Code aus der App',
  'two_step.turn_on': 'Einschalten',
  'two_step.code_required': 'Geben Sie den Code ein, den die App zeigt.',
  'two_step.code_wrong': 'Dieser Code stimmt nicht. Geben Sie den ein, den die App jetzt zeigt.',
  'two_step.clock_ahead':
    'Die Uhr dieses Geräts geht etwa {duration} vor. Stellen Sie sie auf automatisch und geben Sie dann den nächsten Code ein.',
  'two_step.clock_behind':
    'Die Uhr dieses Geräts geht etwa {duration} nach. Stellen Sie sie auf automatisch und geben Sie dann den nächsten Code ein.',
  'two_step.expired':
    'Das hat zu lange gedauert. Beginnen Sie noch einmal mit einem neuen Code zum Scannen.',
  'two_step.codes_what':
    'Jeder Wiederherstellungscode lässt Sie einmal hinein, wenn Sie weder Ihre App noch einen Passkey zur Hand haben.',
  'two_step.codes_new':
    'Jeder davon lässt Sie einmal hinein, wenn Sie weder Ihre App noch einen Passkey zur Hand haben. Bewahren Sie sie bei Ihren wichtigen Papieren auf: Sie werden nur jetzt gezeigt.',
  'two_step.download': 'Herunterladen',
  'two_step.copy': 'Kopieren',
  'two_step.copied': 'Kopiert.',
  'two_step.print': 'Drucken',
  'two_step.saved': 'Ich habe sie aufbewahrt',
  'two_step.file_title': 'Wiederherstellungscodes für {email} bei {tenant}',
  'two_step.file_what': 'Jeder gilt für ein Mal. Erstellt am {at}.',

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
  'mail.factors_reset.title': 'Ihre Bestätigung in zwei Schritten wurde zurückgesetzt',
  'mail.factors_reset.what':
    'Die Administration hat Authenticator-App, Passkeys, Wiederherstellungscodes und vertrauenswürdige Geräte Ihres Kontos bei {tenant} entfernt und alle Geräte abgemeldet. Richten Sie die Bestätigung in zwei Schritten bei der nächsten Anmeldung neu ein.',
  'mail.factors_reset.not_you':
    'Wenn Sie nicht darum gebeten haben, sagen Sie es sofort Ihrer Administration: Jemand hat es vielleicht in Ihrem Namen getan.',
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
