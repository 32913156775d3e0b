import type { Page } from 'playwright-core'

/** Chromium's own authenticator in software, of one page (the WebAuthn domain of its debugger). */
export type VirtualAuthenticator = {
  /** Ids of what it keeps, base64. */
  credentialIds(): Promise<readonly string[]>
  /** Takes it away: nothing answers then. */
  remove(): Promise<void>
}

export type VirtualOptions = {
  /** It can tell its owner from others, and they are the owner. */
  readonly unlocks?: boolean
  readonly synced?: boolean
}

export async function addVirtualAuthenticator(
  page: Page,
  { unlocks = true, synced = false }: VirtualOptions = {},
): Promise<VirtualAuthenticator> {
  const debug = await page.context().newCDPSession(page)
  await debug.send('WebAuthn.enable', { enableUI: false })
  const { authenticatorId } = await debug.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: unlocks,
      isUserVerified: unlocks,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: synced,
      defaultBackupState: synced,
    },
  })
  return {
    async credentialIds() {
      const { credentials } = await debug.send('WebAuthn.getCredentials', { authenticatorId })
      return credentials.map(({ credentialId }) => credentialId)
    },
    async remove() {
      await debug.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
    },
  }
}
