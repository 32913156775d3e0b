import type { Translation } from './catalogue.ts'
import type { elsewhereEn } from './elsewhere-en.ts'

export const elsewhereDe: Pick<Translation, keyof typeof elsewhereEn> = {
  'elsewhere.button': 'Weiter mit {connection}',
  'elsewhere.buttons': 'Andere Wege zur Anmeldung',
  'elsewhere.title': 'Weiter zu {connection}',
  'elsewhere.what': 'Sie melden sich bei {connection} an und kommen hierher zurück.',
  'elsewhere.enforced': 'Mit dieser Adresse meldet man sich nur bei {connection} an.',
  'elsewhere.submit': 'Weiter zu {connection}',
  'elsewhere.here': 'Anders anmelden',
  'elsewhere.forward': 'Sie sind auf dem Weg zu {connection}.',

  'elsewhere.link_title': 'Sie haben hier schon ein Konto',
  'elsewhere.link_what':
    'Melden Sie sich einmal wie bisher bei {email} an. Danach öffnet es auch {connection}.',
  'elsewhere.link_submit': 'Weiter',

  'elsewhere.verify_title': 'E-Mail-Adresse bestätigen',
  'elsewhere.verify_lead':
    '{connection} hat uns nicht gesagt, ob {email} wirklich Ihre Adresse ist. Wir senden einen Code dorthin.',

  'elsewhere.failed_title': 'Sie sind noch nicht angemeldet',
  'elsewhere.back_title': 'Diese Anmeldung kann nicht weitergehen',
  'elsewhere.failed_upstream_unavailable':
    '{connection} hat nicht geantwortet. Versuchen Sie es gleich noch einmal, oder melden Sie sich anders an.',
  'elsewhere.failed_upstream_refused':
    '{connection} hat diese Anmeldung nicht zugelassen. Versuchen Sie es noch einmal; bleibt es dabei, fragen Sie dort nach.',
  'elsewhere.failed_upstream_cancelled':
    'Sie sind von {connection} ohne Anmeldung zurückgekommen. Versuchen Sie es noch einmal, oder melden Sie sich anders an.',
  'elsewhere.failed_answer_refused':
    'Der Antwort von {connection} können wir nicht trauen, deshalb haben wir abgebrochen. Versuchen Sie es noch einmal; geschieht es wieder, sagen Sie es Ihrer Administration.',
  'elsewhere.failed_errand_unknown':
    'Diese Anmeldung wurde in einem anderen Fenster begonnen oder ist zu lange her. Beginnen Sie hier noch einmal.',
  'elsewhere.failed_connection_inactive':
    'Die Anmeldung mit {connection} ist hier abgeschaltet. Nehmen Sie einen anderen Weg, oder fragen Sie Ihre Administration.',
  'elsewhere.failed_no_account':
    'Sie haben hier noch kein Konto. Bitten Sie Ihre Administration darum, und melden Sie sich dann wieder mit {connection} an.',
  'elsewhere.failed_domain_not_allowed':
    'Ihre Adresse bei {connection} gilt hier nicht. Wählen Sie dort ein anderes Konto, oder fragen Sie Ihre Administration.',
  'elsewhere.failed_account_unavailable':
    'Dieses Konto ist gesperrt. Fragen Sie Ihre Administration.',
  'elsewhere.failed_authentication_too_weak':
    'Hier braucht es eine stärkere Anmeldung bei {connection}, etwa mit einem zweiten Schritt. Richten Sie dort einen ein, und versuchen Sie es noch einmal.',
  'elsewhere.failed_authentication_too_old':
    'Die Anwendung will eine neue Anmeldung, und {connection} hat Sie nicht gefragt. Melden Sie sich dort ab, und versuchen Sie es noch einmal.',
  'elsewhere.failed_identity_taken':
    'Ihr Konto hier gehört zu einem anderen Konto bei {connection}. Wählen Sie dort jenes, oder fragen Sie Ihre Administration.',
  'elsewhere.failed_email_required':
    '{connection} hat uns keine Adresse genannt, die erwiesen Ihre ist. Bestätigen Sie Ihre Adresse dort, und versuchen Sie es noch einmal.',
  'elsewhere.out_title': 'Sie sind hier abgemeldet',
  'elsewhere.out_what': 'Als Nächstes meldet {connection} Sie auch dort ab.',
  'elsewhere.out_submit': 'Bei {connection} abmelden',
  'elsewhere.out_skip': 'Ohne das weiter',
  'elsewhere.out_unconfirmed':
    '{connection} hat nicht bestätigt, dass Sie auch dort abgemeldet sind. Benutzen andere dieses Gerät, melden Sie sich auch dort ab.',
  'elsewhere.out_next': 'Weiter',
  'elsewhere.out_refused_title': 'Diese Abmeldung kann nicht weitergehen',
  'elsewhere.out_refused':
    'Sie wurde in einem anderen Fenster begonnen, ist zu lange her, oder ihr ist nicht zu trauen; es wurde nichts geändert. Zum Abmelden wählen Sie „Abmelden“ in der Anwendung oder in Ihrem Konto.',

  'elsewhere.back_what':
    'Sie wurde in einem anderen Fenster oder Browser begonnen oder ist zu lange her. Gehen Sie zurück zur Anwendung, und beginnen Sie dort noch einmal.',

  'mail.connection': 'Verbindung',
  'mail.until': 'Bis',
  'mail.fingerprint': 'Zertifikat',
  'mail.glass_broken.title': '{who} hat sich ohne {connection} angemeldet',
  'mail.glass_broken.what':
    'Wer diese Adresse hat, meldet sich nur mit {connection} an. Wenn das nicht geht, darf eine Eigentümerin oder ein Eigentümer stattdessen einen Passkey verwenden, und {who} hat das eben getan. Wenn das niemand wollte, entfernen Sie den Passkey und finden Sie heraus, wer ihn hat.',
  'mail.domain_missing.title': 'Der DNS-Eintrag von {domain} fehlt',
  'mail.domain_missing.what':
    'Er beweist, dass {domain} Ihnen gehört, damit sich die Leute dort mit {connection} anmelden. Stellen Sie ihn wieder her: Bis zum Zeitpunkt unten ändert sich nichts, danach werden sie nicht mehr dorthin geleitet.',
  'mail.domain_lost.title': '{domain} gilt nicht mehr als Ihre Domain',
  'mail.domain_lost.what':
    'Der DNS-Eintrag, der das beweist, hat sieben Tage gefehlt. Die Leute werden nicht mehr zu {connection} geleitet und müssen sich nicht mehr dort anmelden. Stellen Sie den Eintrag wieder her und prüfen Sie die Domain erneut.',
  'mail.certificate_ending.title': 'Ein Zertifikat von {connection} läuft bald ab',
  'mail.certificate_ending.what':
    'Der Identitätsanbieter unterschreibt damit. Auch danach kann man sich anmelden, aber wer den Anbieter betreibt, wird es austauschen: Sorgen Sie dafür, dass das neue vorher hier bekannt ist.',
  'mail.certificate_over.title': 'Ein Zertifikat von {connection} ist abgelaufen',
  'mail.certificate_over.what':
    'Der Identitätsanbieter unterschreibt damit weiterhin, soweit hier bekannt ist. Man kann sich anmelden, aber wer den Anbieter betreibt, sollte es austauschen: Sorgen Sie dafür, dass das neue vorher hier bekannt ist.',
}
