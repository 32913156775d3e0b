import { mailEveryAddress, type Reach } from '#account/account.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import { mailFrameOf } from '#tenant/tenant.ts'
import { factorNewsMail } from '#views/mail/factor-news.ts'
import type { FactorNotices } from './factor-notice.ts'

export function createFactorNotices(deps: Reach & { readonly clock: Clock }): FactorNotices {
  return {
    async tell({ tenant, account, news, ip }, within) {
      const mail = factorNewsMail({
        ...mailFrameOf(tenant, account.profile.locale),
        news,
        ip,
        at: new Date(deps.clock.now()),
        reference: newReference(),
        reviewUrl: `${tenant.issuer}/account/two-step`,
      })
      await mailEveryAddress(deps, account, { kind: news.kind, ...mail }, within)
    },
  }
}
