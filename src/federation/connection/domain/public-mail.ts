/**
 * Where anybody gets an address. A connection that owned one of these would own the people of half the world; nobody can
 * prove it by DNS, but a seed could say it by mistake.
 */
const publicMailDomains: ReadonlySet<string> = new Set(
  `gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es outlook.it outlook.jp hotmail.com hotmail.co.uk
  hotmail.de hotmail.es hotmail.fr hotmail.it live.com live.co.uk live.de live.fr live.it live.nl msn.com passport.com
  windowslive.com yahoo.com yahoo.co.uk yahoo.co.jp yahoo.co.in yahoo.de yahoo.es yahoo.fr yahoo.it yahoo.ca yahoo.com.br
  yahoo.com.au ymail.com rocketmail.com aol.com aim.com icloud.com me.com mac.com privaterelay.appleid.com proton.me
  protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tutamail.com tuta.io tuta.com keemail.me gmx.com gmx.net
  gmx.de gmx.at gmx.ch gmx.fr gmx.us web.de t-online.de freenet.de arcor.de posteo.de posteo.net mailbox.org email.de
  mail.de mail.com email.com usa.com fastmail.com fastmail.fm hey.com zoho.com zohomail.com zohomail.eu yandex.com
  yandex.ru ya.ru mail.ru bk.ru inbox.ru list.ru rambler.ru qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn
  sohu.com aliyun.com naver.com hanmail.net daum.net orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it
  tiscali.it alice.it tin.it wp.pl o2.pl interia.pl onet.pl op.pl seznam.cz email.cz centrum.cz abv.bg ukr.net i.ua uol.com.br
  bol.com.br terra.com.br rediffmail.com comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net
  earthlink.net btinternet.com virginmedia.com sky.com talktalk.net bigpond.com optusnet.com.au shaw.ca rogers.com
  sympatico.ca telenet.be skynet.be ziggo.nl kpnmail.nl xs4all.nl bluewin.ch hispeed.ch telia.com duck.com mozmail.com
  users.noreply.github.com mailinator.com guerrillamail.com 10minutemail.com yopmail.com trashmail.com temp-mail.org
  simplelogin.com anonaddy.com hushmail.com runbox.com lycos.com inbox.com gmx.co.uk mail.ee walla.com`.split(
    /\s+/,
  ),
)

/** `domain` in its canonical form. */
export function isPublicMailDomain(domain: string): boolean {
  return publicMailDomains.has(domain)
}
