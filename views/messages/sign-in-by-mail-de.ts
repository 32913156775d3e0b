import type { Translation } from './catalogue.ts'
import type { signInByMailEn } from './sign-in-by-mail-en.ts'

/** Codes und Links per E-Mail, und wie man mit ihnen dazukommt. */
export const signInByMailDe: Pick<Translation, keyof typeof signInByMailEn> = {
  'email_code.title': 'Sehen Sie in Ihr Postfach',
  'email_code.lead':
    'Wir haben eine Nachricht an {email} geschickt. Geben Sie den Code daraus ein.',
  'email_code.ask_title': 'Mit einem Code anmelden',
  'email_code.ask_lead': 'Wir schicken einen Code an {email}.',
  'email_code.ask': 'Code schicken',
  'email_code.label': 'Code',
  'email_code.submit': 'Anmelden',
  'email_code.next': 'Weiter',
  'email_code.resend': 'Neuen Code schicken',
  'email_code.resend_hint': 'Nichts angekommen? Sehen Sie auch im Spam-Ordner nach.',
  'email_code.resend_in':
    'Nichts angekommen? Sehen Sie auch im Spam-Ordner nach. Einen neuen Code gibt es in {duration}.',
  'email_code.password': 'Stattdessen das Passwort verwenden',
  'email_code.change': 'Andere Adresse verwenden',
  'email_code.required': 'Geben Sie den Code aus der Nachricht ein.',
  'email_code.wrong': {
    one: 'Dieser Code stimmt nicht. Noch {count} Versuch.',
    other: 'Dieser Code stimmt nicht. Noch {count} Versuche.',
  },
  'email_code.expired': 'Dieser Code ist abgelaufen. Lassen Sie sich einen neuen schicken.',
  'email_code.too_many':
    'Dieser Code wurde zu oft falsch eingegeben. Lassen Sie sich einen neuen schicken.',
  'email_code.too_soon': 'Eine Nachricht ist unterwegs. Einen neuen Code gibt es in {duration}.',
  'email_code.throttled':
    'Zu viele Versuche. Warten Sie {duration} und versuchen Sie es dann noch einmal.',
  'email_link.title': 'Anmelden',
  'email_link.lead': 'Sie haben den Link geöffnet, den wir an {email} geschickt haben.',
  'email_link.submit': 'Anmelden',
  'email_link.elsewhere_title': 'Ihr Code',
  'email_link.elsewhere':
    'Geben Sie diesen Code in dem Browser ein, in dem Sie ihn angefordert haben.',
  'email_link.warning':
    'Nur, wenn Sie ihn selbst angefordert haben. Niemand von uns wird Sie je nach diesem Code fragen.',
  'email_link.over_title': 'Dieser Link gilt nicht mehr',
  'email_link.over':
    'Er wurde schon verwendet oder ist zu alt. Gehen Sie dorthin zurück, wo Sie begonnen haben, und fordern Sie einen neuen an.',
  'register.title': 'Konto erstellen',
  'register.email': 'E-Mail-Adresse',
  'register.name': 'Name',
  'register.submit': 'Weiter',
  'register.sign_in': 'Ein vorhandenes Konto verwenden',
  'register.email_required': 'Geben Sie Ihre E-Mail-Adresse ein.',
  'register.email_invalid':
    'Das ist keine vollständige E-Mail-Adresse. Sie sieht so aus: name@example.com.',
  'register.email_domain':
    'Konten gibt es hier nur für bestimmte Organisationen. Verwenden Sie Ihre dortige Adresse.',
  'register.name_required': 'Geben Sie Ihren Namen ein.',
  'register.name_too_long': 'Dieser Name ist zu lang. Verwenden Sie höchstens 100 Zeichen.',
  'register.agree_both':
    'Ich stimme den [Nutzungsbedingungen](terms) und der [Datenschutzerklärung](privacy) zu.',
  'register.agree_terms': 'Ich stimme den [Nutzungsbedingungen](terms) zu.',
  'register.agree_privacy': 'Ich stimme der [Datenschutzerklärung](privacy) zu.',
  'register.agreement_required':
    'Setzen Sie das Häkchen. Ohne Ihre Zustimmung können wir kein Konto erstellen.',
  'register.closed':
    'Hier können Sie nicht selbst ein Konto erstellen. Bitten Sie um eine Einladung, wo man Sie hierher geschickt hat.',
  'register_password.title': 'Passwort wählen',
  'register_password.submit': 'Konto erstellen',
  'register_password.without': 'Ohne Passwort weiter',
  'register_password.without_hint':
    'Ohne Passwort schicken wir Ihnen bei jeder Anmeldung einen Code.',
  'invite.title': 'Sie sind zu {tenant} eingeladen',
  'invite.lead': 'Erstellen Sie Ihr Konto mit {email}.',
  'invite.submit': 'Konto erstellen',
  'invite.over_title': 'Diese Einladung gilt nicht mehr',
  'invite.over': 'Sie wurde schon verwendet oder ist zu alt. Bitten Sie um eine neue.',
  'mail.code_link': 'Weiter',
  'mail.sign_in.title': 'Anmelden bei {tenant}',
  'mail.sign_in.what':
    'Geben Sie diesen Code dort ein, wo Sie ihn angefordert haben, oder öffnen Sie den Link im selben Browser. Beides gilt {duration}, für ein Mal.',
  'mail.sign_in.not_you':
    'Wenn Sie ihn nicht angefordert haben, beachten Sie diese Nachricht nicht und nennen Sie niemandem den Code. Es passiert nichts.',
  'mail.sign_in.instead_title': 'Kein Konto zum Anmelden',
  'mail.sign_in.instead':
    'Jemand hat mit dieser Adresse einen Code zum Anmelden bei {tenant} angefordert. Sie hat kein Konto, mit dem man sich anmelden kann. Wenn Sie es waren, versuchen Sie es mit der Adresse, mit der Sie sich registriert haben. Wenn nicht, beachten Sie diese Nachricht nicht.',
  'mail.register.title': 'Ihr Konto bei {tenant}',
  'mail.register.what':
    'Geben Sie diesen Code dort ein, wo Sie ihn angefordert haben, oder öffnen Sie den Link im selben Browser. Beides gilt {duration}, für ein Mal.',
  'mail.register.not_you':
    'Wenn Sie ihn nicht angefordert haben, beachten Sie diese Nachricht nicht und nennen Sie niemandem den Code. Es entsteht kein Konto.',
  'mail.register.instead_title': 'Sie haben schon ein Konto',
  'mail.register.instead':
    'Jemand wollte mit dieser Adresse ein Konto bei {tenant} erstellen. Sie hat schon eines. Wenn Sie es waren, melden Sie sich mit dieser Adresse an. Wenn nicht, beachten Sie diese Nachricht nicht.',
  'mail.reset_password.title': 'Passwort zurücksetzen',
  'mail.reset_password.what':
    'Geben Sie diesen Code dort ein, wo Sie ihn angefordert haben, und wählen Sie dann ein neues Passwort. Er gilt {duration}, einmal.',
  'mail.reset_password.not_you':
    'Wenn Sie ihn nicht angefordert haben, beachten Sie diese Nachricht nicht und nennen Sie niemandem den Code. Ihr Passwort bleibt, wie es ist.',
  'mail.reset_password.instead_title': 'Kein Passwort zum Zurücksetzen',
  'mail.reset_password.instead':
    'Jemand wollte das Passwort eines Kontos bei {tenant} mit dieser Adresse zurücksetzen. Es gibt keines, bei dem das geht. Wenn Sie es waren, versuchen Sie es mit der Adresse, mit der Sie sich registriert haben. Wenn nicht, beachten Sie diese Nachricht nicht.',
  'mail.change_email.title': 'Neue E-Mail-Adresse bestätigen',
  'mail.change_email.what':
    'Geben Sie diesen Code dort ein, wo Sie ihn angefordert haben, um diese Adresse für Ihr Konto bei {tenant} zu verwenden. Er gilt {duration}, einmal.',
  'mail.change_email.not_you':
    'Wenn Sie ihn nicht angefordert haben, beachten Sie diese Nachricht nicht und nennen Sie niemandem den Code. Es ändert sich nichts.',
  'mail.change_email.instead_title': 'Diese Adresse hat schon ein Konto',
  'mail.change_email.instead':
    'Jemand wollte diese Adresse für ein anderes Konto bei {tenant} verwenden. Sie hat schon ein Konto, darum wurde nichts geändert. Wenn Sie das waren, melden Sie sich mit dieser Adresse an.',
  'mail.verify_email.title': 'E-Mail-Adresse bestätigen',
  'mail.verify_email.what':
    'Geben Sie diesen Code dort ein, wo Sie sich bei {tenant} anmelden, um zu zeigen, dass diese Adresse Ihre ist. Er gilt {duration}, für ein Mal.',
  'mail.verify_email.not_you':
    'Wenn Sie sich gerade nicht anmelden, nennen Sie niemandem den Code: Jemand anderes kennt das Passwort dieses Kontos. Bitten Sie die Stelle, die es eingerichtet hat, um ein neues.',
  'mail.foreign_email.title': 'E-Mail-Adresse bestätigen',
  'mail.foreign_email.what':
    'Jemand meldet sich bei {tenant} mit einem Konto an, das diese Adresse hat. Wenn Sie das sind, geben Sie dort diesen Code ein. Er gilt {duration}, für ein Mal.',
  'mail.foreign_email.not_you':
    'Wenn Sie sich gerade nicht anmelden, nennen Sie niemandem den Code: Ohne ihn kommt niemand mit Ihrer Adresse hinein.',
  'mail.invitation.title': 'Sie sind zu {tenant} eingeladen',
  'mail.invitation.what':
    'Jemand bei {tenant} lädt Sie ein, mit dieser Adresse ein Konto zu erstellen. Der Link gilt {duration}, für ein Konto.',
  'mail.invitation.not_you':
    'Wenn Sie damit nicht gerechnet haben, beachten Sie diese Nachricht nicht. Es entsteht kein Konto.',
  'mail.invitation.open': 'Konto erstellen',
}
