import { accountDe } from './account-de.ts'
import { connectedDe } from './connected-de.ts'
import type { Translation } from './catalogue.ts'
import { elsewhereDe } from './elsewhere-de.ts'
import { passkeyDe } from './passkey-de.ts'
import { refusedDe } from './refused-de.ts'
import { secondStepDe } from './second-step-de.ts'
import { signInByMailDe } from './sign-in-by-mail-de.ts'
import { twoStepDe } from './two-step-de.ts'

export const de: Translation = {
  ...accountDe,
  ...connectedDe,
  ...elsewhereDe,
  ...refusedDe,
  ...secondStepDe,
  ...signInByMailDe,
  ...twoStepDe,
  ...passkeyDe,
  'title.error': 'Fehler: {title}',
  'footer.label': 'Hilfe und Rechtliches',
  'footer.help': 'Hilfe',
  'footer.privacy': 'Datenschutz',
  'footer.terms': 'Nutzungsbedingungen',

  'identifier.title': 'Anmelden',
  'identifier.lead': 'weiter zu {client}',
  'identifier.email': 'E-Mail-Adresse',
  'identifier.submit': 'Weiter',
  'identifier.required': 'Geben Sie Ihre E-Mail-Adresse ein.',
  'identifier.invalid':
    'Das ist keine vollständige E-Mail-Adresse. Sie sieht so aus: name@example.com.',
  'identifier.register': 'Neu hier? Konto erstellen',
  'identifier.demo': 'Demo-Konto verwenden',

  'password.title': 'Passwort eingeben',
  'password.reauthenticate': 'Bestätigen Sie, dass Sie es sind',
  'password.reauthenticate_lead': '{client} verlangt eine frische Anmeldung.',
  'password.reauthenticate_lead_plain':
    'Ihre Anmeldung liegt länger zurück. Geben Sie Ihr Passwort noch einmal ein.',
  'password.account': 'Anmeldung als',
  'password.change': 'Nicht Sie? Ändern',
  'password.label': 'Passwort',
  'password.show': 'Passwort anzeigen',
  'password.hide': 'Passwort verbergen',
  'password.submit': 'Anmelden',
  'password.required': 'Geben Sie Ihr Passwort ein.',
  'password.wrong': 'E-Mail-Adresse und Passwort passen nicht zusammen. Prüfen Sie beides.',
  'password.wrong_reset':
    'E-Mail-Adresse und Passwort passen nicht zusammen. Prüfen Sie beides, oder [setzen Sie Ihr Passwort zurück](reset).',
  'password.throttled':
    'Zu viele Versuche. Warten Sie {duration} und versuchen Sie es dann noch einmal.',
  'password.throttled_reset':
    'Zu viele Versuche. Warten Sie {duration}, oder [setzen Sie Ihr Passwort zurück](reset).',
  'password.locked':
    'Zu viele falsche Passwörter nacheinander, darum öffnet hier keines mehr dieses Konto. Nehmen Sie ein Gerät, auf dem Sie schon angemeldet waren, oder bitten Sie um ein neues Passwort.',
  'password.locked_reset':
    'Zu viele falsche Passwörter nacheinander, darum öffnet hier keines mehr dieses Konto. Nehmen Sie ein Gerät, auf dem Sie schon angemeldet waren, oder [setzen Sie Ihr Passwort zurück](reset).',
  'password.forgot': 'Passwort vergessen?',
  'password.demo': 'Entwicklung: Das Demo-Passwort ist schon eingetragen.',

  'new_password.label': 'Neues Passwort',
  'new_password.hint':
    'Mindestens {length} Zeichen. Gut sind drei oder vier Wörter, die nichts miteinander zu tun haben.',
  'new_password.required': 'Wählen Sie ein Passwort.',
  'new_password.malformed':
    'Das Passwort enthält ein Zeichen, das wir nicht speichern können. Lassen Sie es weg.',
  'new_password.too_long': 'Das Passwort ist zu lang. Nehmen Sie höchstens {length} Zeichen.',
  'new_password.too_short': 'Dieses Passwort ist zu kurz.',
  'new_password.common':
    'Dieses Passwort wählen viele, darum ist es leicht zu erraten. Wählen Sie ein anderes.',
  'new_password.context':
    'Das Passwort besteht aus Ihrem Namen, Ihrer Adresse oder unserem Namen. Wählen Sie etwas, das nichts damit zu tun hat.',
  'new_password.breached':
    'Dieses Passwort ist aus einem Datenleck bekannt, darum könnten andere es versuchen. Wählen Sie eines, das Sie sonst nirgends verwenden.',
  'password.email_code': 'Stattdessen einen Code per E-Mail verwenden',

  'recover.title': 'Passwort zurücksetzen',
  'recover.lead': 'Wir senden einen Code an Ihre E-Mail-Adresse.',
  'recover.submit': 'Code senden',
  'recover.back': 'Zurück zur Anmeldung',
  'recover.over': 'Dieses Zurücksetzen ist vorbei, es wurde nichts geändert. Fangen Sie neu an.',
  'recover.code_lead': 'Wenn {email} ein Konto hat, ist ein Code unterwegs.',
  'recover.password_title': 'Neues Passwort wählen',
  'recover.password_lead': 'Alle Geräte und Apps werden abgemeldet.',
  'recover.account': 'Konto',
  'recover.password_submit': 'Passwort setzen',
  'recover.done_title': 'Passwort geändert',
  'recover.done':
    'Alle Geräte und Apps wurden abgemeldet. Melden Sie sich mit dem neuen Passwort an.',
  'recover.sign_in': 'Anmelden',

  'email_undo.title': 'Änderung der Adresse rückgängig machen?',
  'email_undo.lead':
    'Ihr Konto verwendet dann wieder {email}, und alle Geräte und Apps werden abgemeldet.',
  'email_undo.submit': 'Rückgängig machen',
  'email_undo.over_title': 'Dieser Link gilt nicht mehr',
  'email_undo.over':
    'Er wurde schon verwendet, oder sein Tag ist um. Es wurde nichts geändert. Wenn jemand anderes Ihr Konto hat, bitten Sie um Hilfe.',
  'email_undo.done_title': 'Die Änderung wurde rückgängig gemacht',
  'email_undo.done':
    'Ihr Konto hat wieder seine alte Adresse, und alle wurden abgemeldet. Wer sie geändert hat, kennt vielleicht Ihr Passwort: Setzen Sie es jetzt zurück.',

  'chooser.title': 'Konto auswählen',
  'chooser.list': 'Ihre Konten',
  'chooser.signed_in': 'Angemeldet',
  'chooser.signed_out': 'Abgemeldet',
  'chooser.confirm': 'Bestätigung nötig',
  'chooser.another': 'Anderes Konto verwenden',
  'chooser.edit': 'Ein Konto aus dieser Liste entfernen',
  'chooser.remove': '{email} entfernen',

  'consent.title': '{client} möchte Ihr Konto bei {tenant} verwenden',
  'consent.title_added': '{client} möchte mehr mit Ihrem Konto bei {tenant} tun',
  'consent.lead': 'Die App kann dann:',
  'consent.lead_added': 'Die App kann dann auch:',
  'consent.resource': 'Bei {resource} kann sie dann:',
  'consent.nothing': 'Die App erfährt nur, dass Sie es sind.',
  'consent.signed_in': 'Sie sind angemeldet als {email}.',
  'consent.switch': 'Konto wechseln',
  'consent.return': 'Danach geht es zurück zu {host}.',
  'consent.allow': 'Erlauben',
  'consent.deny': 'Nicht erlauben',
  'consent.policies': 'Über {client}',
  'consent.privacy': 'Datenschutzerklärung',
  'consent.terms': 'Nutzungsbedingungen',
  'consent.unverified': 'Ungeprüft: Niemand bei {tenant} hat diese App geprüft.',
  'consent.unverified_by': 'Ungeprüft: hinzugefügt von {by}.',
  'consent.unverified_at': 'Ungeprüft: hinzugefügt am {date}.',
  'consent.unverified_by_at': 'Ungeprüft: hinzugefügt von {by} am {date}.',

  'scope.openid': 'wissen, dass Sie es sind',
  'scope.profile': 'Ihren Namen und Ihr Bild sehen',
  'scope.email': 'Ihre E-Mail-Adresse sehen',
  'scope.phone': 'Ihre Telefonnummer sehen',
  'scope.address': 'Ihre Postanschrift sehen',
  'scope.groups': 'sehen, zu welchen Gruppen Sie gehören',
  'scope.offline_access':
    'Zugriff behalten, wenn Sie die App nicht benutzen (das können Sie unter „Mein Konto“ beenden)',
  'scope.other': '„{scope}“ verwenden',
  'claim.other': '„{claim}“ Ihres Kontos sehen',

  'device.title': 'Gerät verbinden',
  'device.lead': 'Geben Sie den Code ein, den Ihr Gerät anzeigt.',
  'device.warning':
    '[Fahren Sie nur fort, wenn Sie dies selbst begonnen haben](strong), auf einem Gerät vor Ihnen. Geben Sie nie einen Code ein, den Ihnen jemand geschickt hat.',
  'device.label': 'Code',
  'device.submit': 'Weiter',
  'device.required': 'Geben Sie den Code ein, den Ihr Gerät anzeigt.',
  'device.wrong': 'Dieser Code stimmt nicht. Vergleichen Sie ihn mit Ihrem Gerät.',
  'device.expired': 'Dieser Code ist abgelaufen. Lassen Sie sich vom Gerät einen neuen geben.',
  'device.used': 'Dieser Code wurde schon verwendet. Lassen Sie sich vom Gerät einen neuen geben.',
  'device.throttled':
    'Zu viele Versuche. Warten Sie {duration} und versuchen Sie es dann noch einmal.',
  'device.confirm_title': '{client} verbinden?',
  'device.compare': 'Steht dieser Code auf Ihrem Gerät?',
  'device.app': 'App',
  'device.from': 'Angefragt von',
  'device.confirm': 'Verbinden',
  'device.abort': 'Nicht verbinden',
  'device.connected_title': 'Gerät verbunden',
  'device.connected': '{client} ist verbunden. Kehren Sie zu Ihrem Gerät zurück.',
  'device.connected_plain': 'Kehren Sie zu Ihrem Gerät zurück.',
  'device.denied_title': 'Gerät nicht verbunden',
  'device.denied': 'Es wurde nichts weitergegeben. Sie können diese Seite schließen.',

  'logout.title': 'In diesem Browser bei {tenant} abmelden?',
  'logout.account': 'Sie sind angemeldet als {email}.',
  'logout.apps': 'Sie werden auch hier abgemeldet:',
  'logout.submit': 'Abmelden',
  'logout.stay': 'Angemeldet bleiben',
  'signed_out.title': 'Sie sind abgemeldet',
  'signed_out.body': 'Sie sind in diesem Browser bei {tenant} abgemeldet.',
  'signed_out.told': {
    one: 'Von {done} von {count} App abgemeldet.',
    other: 'Von {done} von {count} Apps abgemeldet.',
  },
  'signed_out.some_left':
    'Eine App, die nicht geantwortet hat, lässt Sie vielleicht angemeldet. Melden Sie sich auch dort ab.',
  'signed_out.return': 'Zurück zu {client}',
  'signed_out.again': 'Wieder anmelden',

  'error.reference': 'Referenz',
  'error.details': 'Einzelheiten für Entwickler',
  'error.docs': 'Was dieser Fehler bedeutet',
  'error.retry': 'Noch einmal versuchen',
  'error.expired_title': 'Noch einmal von vorn',
  'error.expired':
    'Diese Anmeldeseite ist veraltet. Gehen Sie zurück zur App und beginnen Sie dort neu.',
  'error.expired_client': 'Diese Anmeldeseite ist veraltet. Beginnen Sie neu in {client}.',
  'error.expired_link': 'Neu beginnen in {client}',
  'error.expired_link_plain': 'Neu beginnen',
  'error.cookies_title': 'Cookies sind blockiert',
  'error.cookies':
    'Ihr Browser hat das Cookie blockiert, das diese Anmeldung zusammenhält. Erlauben Sie Cookies für {host} und versuchen Sie es dann noch einmal.',
  'error.client_title': 'Wir haben diese Anfrage angehalten',
  'error.client':
    '{client} hat uns eine Anfrage geschickt, der wir nicht trauen können. Darum haben wir angehalten. Sie haben nichts falsch gemacht. Nennen Sie den Betreibern von {client} die Referenz {reference}.',
  'error.client_plain':
    'Eine App hat uns eine Anfrage geschickt, der wir nicht trauen können. Darum haben wir angehalten. Sie haben nichts falsch gemacht. Nennen Sie den Betreibern der App die Referenz {reference}.',
  'error.denied_title': 'Kein Zugang',
  'error.denied':
    'Sie sind angemeldet als {email}, aber dieses Konto kann {client} nicht verwenden.',
  'error.denied_client': 'Dieses Konto kann {client} nicht verwenden.',
  'error.denied_plain': 'Dieses Konto kann hier nicht verwendet werden.',
  'error.denied_switch': 'Konto wechseln',
  'error.denied_ask': 'Zugang anfragen',
  'error.suspended_title': 'Konto pausiert',
  'error.suspended':
    'Dieses Konto ist pausiert. Fragen Sie Ihre Administration ({contact}). Referenz {reference}.',
  'error.suspended_plain':
    'Dieses Konto ist pausiert. Fragen Sie Ihre Administration. Referenz {reference}.',
  'error.bad_request_title': 'Das kam nicht vollständig an',
  'error.bad_request':
    'Das Formular war veraltet oder unvollständig, darum wurde nichts geändert. Gehen Sie zurück und versuchen Sie es noch einmal.',
  'error.not_found_title': 'Seite nicht gefunden',
  'error.not_found':
    'Unter dieser Adresse gibt es nichts. Prüfen Sie sie, oder gehen Sie zurück zur App.',
  'error.throttled_title': 'Einen Moment',
  'error.throttled':
    'Zu viele Versuche. Warten Sie {duration} und versuchen Sie es dann noch einmal.',
  'error.unavailable_title': 'Gerade ausgelastet',
  'error.unavailable':
    'Wir können gerade nicht antworten. Es wurde nichts geändert. Versuchen Sie es gleich noch einmal.',
  'error.unavailable_wait':
    'Wir können gerade nicht antworten. Es wurde nichts geändert. Noch einmal versuchen in: {duration}.',
  'error.server_title': 'Das hat nicht geklappt',
  'error.server': 'Bei uns ist etwas schiefgegangen. Wir haben es unter {reference} festgehalten.',
  'error.redirect_title': 'Sie verlassen {tenant}',
  'error.redirect':
    '{client} möchte Sie mit einer Fehlermeldung zu der Adresse unten schicken. Wir bürgen nicht für sie. Fahren Sie nur fort, wenn Sie sie kennen.',
  'error.redirect_plain':
    'Eine App möchte Sie mit einer Fehlermeldung zu der Adresse unten schicken. Wir bürgen nicht für sie. Fahren Sie nur fort, wenn Sie sie kennen.',
  'error.redirect_link': 'Weiter zu {host}',

  'continue.title': 'Sie sind angemeldet',
  'continue.account': 'Sie sind bei {tenant} angemeldet als {email}.',
  'continue.plain': 'Sie sind bei {tenant} angemeldet.',
  'continue.client': 'Zurück zu {client}',
  'continue.close':
    'Gehen Sie zurück zur App, aus der Sie kamen. Sie können diese Seite schließen.',
  'continue.my_account': 'Mein Konto',

  'home.lead': 'Dies ist der Anmeldedienst von {tenant}.',
  'home.people': 'Apps schicken Sie hierher, wenn Sie sich anmelden.',
  'home.issuer': 'Aussteller (Issuer)',
  'home.links': 'Wohin es geht',
  'home.account': 'Mein Konto',
  'home.account_hint': 'Geräte, Apps und Anmeldearten',
  'home.admin': 'Verwaltung',
  'home.admin_hint': 'Personen, Apps und Einstellungen',
  'home.developers': 'Entwickler',
  'home.developers_hint': 'Endpunkte, Spielwiese und Anleitungen',
  'home.discovery': 'Discovery-Dokument',
  'home.discovery_hint': 'Was Apps lesen, um sich zu verbinden',
  'home.demo': 'Demo-App',
  'home.demo_hint': 'Eine Anmeldung von Anfang bis Ende ausprobieren',
  'home.mail': 'E-Mail',
  'home.mail_hint': 'Hier landen Codes und Links',
  'home.development': 'Entwicklungsmodus: Demo-Konten, http.',

  'dev_mail.title': 'E-Mail',
  'dev_mail.lead': 'Entwicklung: E-Mails werden hier aufgehoben, nicht verschickt.',
  'dev_mail.empty': 'Noch keine E-Mail. Codes und Hinweise landen hier.',
  'dev_mail.back': 'Alle E-Mails',
  'dev_mail.to': 'An',
  'dev_mail.sent': 'Gesendet',
  'dev_mail.html': 'Als HTML anzeigen',
  'dev_views.title': 'Ansichten',
  'dev_views.lead': {
    one: '{count} Ansicht in einem Zustand.',
    other: '{count} Ansichten, jede in einem Zustand.',
  },

  'demo.title': 'Demo-App',
  'demo.frame': 'Eine App, die Menschen mit {issuer} anmeldet',
  'demo.lead': 'Diese App weiß nichts über Sie. Sie fragt {issuer}, wer Sie sind.',
  'demo.sign_in': 'Anmelden',
  'demo.enterprise': 'Bei Acme anmelden',
  'demo.enterprise_hint': 'Acme ist eine Firma mit eigenem Identitätsanbieter.',
  'demo.signed_out': 'Sie sind bei dieser App abgemeldet.',
  'demo.error': 'Die Anmeldung endete mit {code}.',
  'demo.tokens_title': 'Sie sind angemeldet',
  'demo.tokens_lead': 'Das hat die App bekommen.',
  'demo.refreshed': 'Das Refresh-Token wurde eingetauscht. Diese Token sind neu.',
  'demo.got_userinfo': 'Der Userinfo-Endpunkt hat geantwortet.',
  'demo.id_token': 'ID-Token',
  'demo.id_token_hint': 'Sagt, wer sich wann und wie angemeldet hat. Nur für diese App.',
  'demo.access_token': 'Access-Token',
  'demo.access_token_hint': 'Öffnet eine API. Nur diese API sieht hinein.',
  'demo.refresh_token': 'Refresh-Token',
  'demo.refresh_token_hint': 'Holt neue Token. Gilt für ein Mal.',
  'demo.expires': 'Läuft ab',
  'demo.header': 'Kopf',
  'demo.claims': 'Claims',
  'demo.raw': 'Wie gesendet',
  'demo.userinfo': 'Userinfo',
  'demo.refresh': 'Token erneuern',
  'demo.ask_userinfo': 'Userinfo fragen',
  'demo.sign_out': 'Abmelden',
  'demo_people.frame': '{organization}, ein Identitätsanbieter für die Demo',
  'demo_people.title': 'Wer sind Sie?',
  'demo_people.lead':
    '{organization} kennt diese Menschen. In dieser Demo wird niemand nach einem Passwort gefragt.',
  'demo_people.person': '{name}, {email}',
  'demo_people.back': 'Zurück, ohne sich anzumelden',
  'demo_people.forward_title': 'Auf dem Weg zurück',
  'demo_people.forward': '{organization} sagt der Anmeldeseite, wer Sie sind.',
  'demo_people.forward_button': 'Weiter',

  'mail.footer_account': 'Sie bekommen diese Nachricht wegen Ihres Kontos bei {tenant}.',
  'mail.footer_address':
    'Sie bekommen diese Nachricht, weil jemand diese Adresse bei {tenant} eingegeben hat.',
  'mail.help': 'Hilfe',
  'mail.subject': '{tenant}: {title}',
  'mail.when': 'Wann',
  'mail.from': 'IP-Adresse',
  'mail.reference': 'Referenz',
  'mail.code': 'Code',
  'mail.code_subject': '{code} ist Ihr Code für {tenant}',
  'mail.password.not_you':
    'Wenn Sie das waren, ist nichts zu tun. Wenn nicht, setzen Sie jetzt Ihr Passwort zurück: Das meldet überall ab.',
  'mail.password.reset': 'Passwort zurücksetzen',
  'mail.password_changed.title': 'Ihr Passwort wurde geändert',
  'mail.password_changed.what':
    'Jemand, der Ihr Passwort bei {tenant} kannte, hat ein neues gewählt. Alle Geräte und Apps wurden abgemeldet: Melden Sie sich mit dem neuen Passwort wieder an.',
  'mail.password_reset.title': 'Ihr Passwort wurde zurückgesetzt',
  'mail.password_reset.what':
    'Ihr Passwort bei {tenant} wurde mit einem Code aus Ihrer E-Mail zurückgesetzt. Alle Geräte und Apps wurden abgemeldet: Melden Sie sich mit dem neuen Passwort wieder an.',
  'mail.password_set.title': 'Ihr Konto hat jetzt ein Passwort',
  'mail.password_set.what':
    'Ihr Konto bei {tenant} hat ein Passwort bekommen. Das ist ein weiterer Weg, sich anzumelden.',
  'mail.password_removed.title': 'Ihr Passwort wurde entfernt',
  'mail.password_removed.what':
    'Ihr Konto bei {tenant} hat kein Passwort mehr. Alle Geräte und Apps wurden abgemeldet: Melden Sie sich auf einem anderen Weg wieder an.',
  'mail.new_sign_in.title': 'Neue Anmeldung bei Ihrem Konto',
  'mail.new_sign_in.what':
    'Bei Ihrem Konto bei {tenant} hat sich jemand in einem Browser angemeldet, den wir dort noch nicht kannten.',
  'mail.new_sign_in.not_you':
    'Waren Sie das? Dann ist nichts zu tun. Wenn nicht, öffnen Sie Mein Konto, wählen Sie „Das war ich nicht“ und ändern Sie Ihr Passwort: Damit werden alle abgemeldet.',
  'mail.new_sign_in.device': 'Gerät',
  'mail.new_sign_in.place': 'Ort',
  'mail.new_sign_in.review': 'Mein Konto öffnen',
  'mail.email_changed.title': 'Ihre E-Mail-Adresse wurde geändert',
  'mail.email_changed.what':
    'Ihr Konto bei {tenant} verwendet jetzt {email}. Mit dieser Adresse kann man sich nicht mehr anmelden.',
  'mail.email_changed.not_you':
    'Wenn Sie das nicht waren, machen Sie es innerhalb von {duration} rückgängig: Ihr Konto bekommt diese Adresse zurück, und alle werden abgemeldet.',
  'mail.email_changed.undo': 'Änderung rückgängig machen',
  'mail.email_undone.title': 'Die Änderung Ihrer E-Mail-Adresse wurde rückgängig gemacht',
  'mail.email_undone.what':
    'Ihr Konto bei {tenant} verwendet wieder {email}. Alle Geräte und Apps wurden abgemeldet.',
  'mail.email_undone.do':
    'Wer sie geändert hat, kennt vielleicht Ihr Passwort. Setzen Sie es jetzt zurück, wenn nicht Sie selbst es waren.',
  'mail.refresh_reused.subject': 'Sicherheitshinweis zu Ihrem Konto bei {tenant}: {client}',
  'mail.refresh_reused.title': 'Wir haben den Zugriff von {client} auf Ihr Konto beendet',
  'mail.refresh_reused.what':
    'Ein Schlüssel, den {client} schon verwendet hatte, kam ein zweites Mal. Das kann heißen, dass ihn jemand kopiert hat. Darum haben wir den Zugriff der App beendet.',
  'mail.refresh_reused.do':
    '{client} wird Sie bitten, sich neu anzumelden. Wenn es wieder vorkommt oder Sie diese App nicht kennen, entfernen Sie sie unter „Mein Konto“ und sagen Sie Ihrer Administration Bescheid.',
  'mail.refresh_reused.account': '„Mein Konto“ öffnen',
  'mail.refresh_reused.app': 'App',
}
