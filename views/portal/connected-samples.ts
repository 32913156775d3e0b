import type { Samples, Stage } from '../stage.ts'
import { connectedErrors, connectedPage } from './connected.ts'
import type { PortalFrame } from './frame.ts'
import { methodsPage } from './methods.ts'

const at = new Date('2026-11-03T14:02:00Z')

/** What somebody has elsewhere, in every state. */
export function connectedSamples({ text }: Stage, frame: PortalFrame): Samples {
  const google = { id: 'google', name: text('Google') }
  const acme = { id: 'acme', name: text('Donaudampfschifffahrtsgesellschaft') }
  const connected = [
    {
      ...google,
      email: text('ada.lovelace.countess.of@example.test'),
      isOff: false,
      createdAt: at,
      lastUsedAt: at,
    },
    { ...acme, isOff: true, createdAt: at },
  ]
  const github = { id: 'github', name: text('GitHub') }
  const props = { frame, connected, offered: [github], fresh: true }
  const news = (what: 'linked' | 'unlinked' | (typeof connectedErrors)[number]) =>
    connectedPage({ ...props, told: { what, connection: google.name } })
  return {
    'my-methods-connected': methodsPage({
      frame,
      hasPassword: true,
      passkeys: 0,
      connected: { count: 2, isOffered: true },
    }),
    'my-connected': connectedPage(props),
    'my-connected-none': connectedPage({ ...props, connected: [], offered: [google, acme] }),
    'my-connected-confirm': connectedPage({ ...props, fresh: false }),
    'my-connected-all': connectedPage({ ...props, offered: [] }),
    'my-connected-linked': news('linked'),
    'my-connected-unlinked': news('unlinked'),
    ...Object.fromEntries(
      connectedErrors.map((what) => [
        `my-connected-${what.replaceAll('_', '-')}-error`,
        news(what),
      ]),
    ),
  }
}
