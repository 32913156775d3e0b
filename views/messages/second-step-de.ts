import type { Translation } from './catalogue.ts'
import type { secondStepEn } from './second-step-en.ts'

export const secondStepDe: Pick<Translation, keyof typeof secondStepEn> = {
  'second_step.title': 'Bestätigen Sie, dass Sie es sind',
  'second_step.email_code': 'Geben Sie den Code ein, den wir an {email} geschickt haben.',
  'second_step.email_code_ask': 'Wir schicken einen Code an {email}.',
  'second_step.totp': 'Geben Sie den Code ein, den Ihre Authenticator-App gerade zeigt.',
  'second_step.recovery_code':
    'Geben Sie einen der Wiederherstellungscodes ein, die Sie gespeichert haben. Jeder gilt einmal.',
  'second_step.code': 'Code',
  'second_step.recovery_code_label': 'Wiederherstellungscode',
  'second_step.submit': 'Weiter',
  'second_step.send': 'Code schicken',
  'second_step.resend': 'Neuen Code schicken',
  'second_step.resend_in': 'Einen neuen Code können Sie in {duration} anfordern.',
  'second_step.required': 'Geben Sie den Code ein.',
  'second_step.wrong': 'Dieser Code stimmt nicht. Prüfen Sie ihn und versuchen Sie es noch einmal.',
  'second_step.used': 'Dieser Code wurde schon benutzt. Warten Sie auf den nächsten.',
  'second_step.clock_ahead':
    'Die Uhr dieses Geräts geht etwa {duration} vor. Lassen Sie es die Zeit selbst stellen, warten Sie {duration} und geben Sie dann den Code ein, den es zeigt.',
  'second_step.clock_behind':
    'Die Uhr dieses Geräts geht etwa {duration} nach. Lassen Sie es die Zeit selbst stellen und geben Sie dann den Code ein, den es zeigt.',
  'second_step.locked':
    'Es wurden zu viele falsche Codes eingegeben. Deshalb gilt hier keiner mehr. Nehmen Sie einen anderen Weg, oder bitten Sie um Hilfe.',
  'second_step.trust': {
    one: 'Auf diesem Gerät {count} Tag lang nicht mehr fragen',
    other: 'Auf diesem Gerät {count} Tage lang nicht mehr fragen',
  },
  'second_step.others': 'Auf anderem Weg versuchen',
  'second_step.way_passkey': 'Passkey verwenden',
  'second_step.way_totp': 'Authenticator-App verwenden',
  'second_step.way_email_code': 'Code per E-Mail bekommen',
  'second_step.way_password': 'Passwort verwenden',
  'second_step.way_recovery_code': 'Wiederherstellungscode verwenden',
  'second_step.change': 'Anderes Konto verwenden',

  'enrol.title': 'Richten Sie einen zweiten Schritt ein',
  'enrol.lead': '{tenant} verlangt bei der Anmeldung mehr als ein Passwort.',
  'enrol.lead_client': '{client} verlangt bei der Anmeldung mehr als ein Passwort.',
  'enrol.totp': 'Authenticator-App',
  'enrol.totp_hint': 'Eine App auf Ihrem Telefon zeigt Ihnen jedes Mal einen Code.',
  'enrol.passkey': 'Passkey',
  'enrol.passkey_hint': 'Entsperren Sie dieses Gerät mit Gesicht, Finger oder PIN.',
  'enrol.choose': 'Etwas anderes einrichten',
  'enrol.put_off': 'Nicht jetzt: Ich erledige es bis {date}',
  'enrol.give_up': 'Ohne zurückgehen',

  'mail.step_up.title': 'Bestätigen Sie Ihre Anmeldung bei {tenant}',
  'mail.step_up.what':
    'Geben Sie diesen Code dort ein, wo Sie sich gerade anmelden. Er gilt {duration}.',
  'mail.step_up.not_you':
    'Wenn Sie sich gerade nicht anmelden, kennt jemand anderes Ihr Passwort. Ändern Sie es jetzt und geben Sie diesen Code niemandem.',
}
