import type { Form } from '#http/http.ts'
import type { Html } from '#views/html.ts'
import type { PortalFrame } from '#views/portal/frame.ts'
import type { Visit } from './portal.ts'
import { accountPath } from './portal.ts'

/**
 * Where a form leads: a page of My account; the same after the person proved once more who they are; or nowhere, because
 * the action has answered by itself.
 */
export type Next = { readonly page: string } | { readonly confirm: string } | 'answered'

/** One place of My account: its pages, and what can be done there. Both by their address below `/account/`. */
export type PortalSection = {
  readonly pages: Readonly<Record<string, (visit: Visit) => Promise<Html> | Html>>
  readonly actions: Readonly<Record<string, (visit: Visit, form: Form) => Promise<Next>>>
}

export function frameOf({ page, tenant, account, csrf }: Visit): PortalFrame {
  return { page, home: accountPath(tenant), csrf, email: account.email }
}
