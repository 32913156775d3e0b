import { Router } from '@koa/router'
import { AppError } from '#kit/errors.ts'
import type { Outbox, QueuedMail } from '#mail/mail.ts'
import type { PageOf } from '#tenant/tenant.ts'
import { basePathOf, tenantOf } from '#tenant/tenant.ts'
import { devMailListPage, devMailPage } from '#views/dev-mail.ts'

const shown = 50

/** `/dev/mail`: what would have been sent, for a laptop without a mail server. Mounted in development only. */
export function createDevMailRouter(deps: {
  readonly outbox: Outbox
  readonly pageOf: PageOf
}): Router {
  const router = new Router({ prefix: '/dev/mail' })

  router.get('/', async (ctx) => {
    const tenant = tenantOf(ctx.req)
    const mails = await mailsOf(tenant.id)
    const listUrl = `${basePathOf(tenant)}/dev/mail`
    ctx.type = 'html'
    ctx.body = devMailListPage({
      page: deps.pageOf(tenant, { headers: ctx.headers }),
      mails: mails.map((mail) => ({ ...entryOf(mail), url: `${listUrl}/${mail.id}` })),
    }).toString()
  })

  router.get('/:id', async (ctx) => {
    const tenant = tenantOf(ctx.req)
    const mail = (await mailsOf(tenant.id)).find(({ id }) => id === ctx['params']['id'])
    if (!mail) throw notFound()
    ctx.type = 'html'
    ctx.body = devMailPage({
      page: deps.pageOf(tenant, { headers: ctx.headers }),
      listUrl: `${basePathOf(tenant)}/dev/mail`,
      mail: { ...entryOf(mail), text: mail.text },
    }).toString()
  })

  async function mailsOf(tenantId: string): Promise<readonly QueuedMail[]> {
    const mails = await deps.outbox.recent(shown)
    return mails.filter((mail) => mail.tenantId === tenantId)
  }

  return router
}

const entryOf = ({ to, subject, createdAt }: QueuedMail) => ({ to, subject, createdAt })

function notFound(): AppError {
  return new AppError({
    code: 'demo.mail_not_found',
    status: 404,
    message: 'There is no such mail.',
  })
}
