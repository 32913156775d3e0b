import type { Translation } from './catalogue.ts'
import type { refusedEn } from './refused-en.ts'

export const refusedDe: Pick<Translation, keyof typeof refusedEn> = {
  'refused.title': 'Diesmal konnten wir Sie nicht anmelden',
  'refused.what':
    'Diese Anmeldung ist ungewöhnlich, und wir können nicht sicher sein, dass Sie es sind.',
  'refused.try':
    'Melden Sie sich auf einem Gerät oder an einem Ort an, den Sie schon benutzt haben, oder mit einem Passkey. Wir haben an die Adresse des Kontos geschrieben.',
  'refused.back': 'Zurück zu {client}',

  'account.activity_sign_in_doubted': 'Ungewöhnliche Anmeldung bemerkt',
  'account.activity_sign_in_refused': 'Ungewöhnliche Anmeldung verhindert',
  'account.activity_device_trusted': 'Gerät als vertrauenswürdig gemerkt',
  'account.activity_device_untrusted': 'Vertrauenswürdiges Gerät entfernt',

  'mail.sign_in_refused.title': 'Wir haben eine Anmeldung bei Ihrem Konto verhindert',
  'mail.sign_in_refused.what':
    'Jemand hat das richtige Passwort oder den richtigen Code für Ihr Konto bei {tenant} eingegeben. Die Anmeldung war so ungewöhnlich, dass wir niemanden hineingelassen haben.',
  'mail.sign_in_refused.you':
    'Waren Sie es, melden Sie sich auf einem Gerät oder an einem Ort an, den Sie schon benutzt haben. Mit einem Passkey kommen Sie überall hinein.',
  'mail.sign_in_refused.not_you':
    'Waren Sie es nicht, kennt jemand Ihr Passwort. Wählen Sie jetzt ein neues.',
}
