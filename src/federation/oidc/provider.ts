import type { Connection } from '../federation.ts'
import { appleProvider } from './apple.ts'
import { genericProvider } from './generic.ts'
import { githubProvider } from './github.ts'
import { googleProvider } from './google.ts'
import { microsoftProvider } from './microsoft.ts'
import type { Provider } from './oidc.ts'

/** Undefined for a connection that speaks something else. */
export function providerOf({ type, settings }: Connection): Provider | undefined {
  switch (type) {
    case 'google':
      return googleProvider(settings)
    case 'microsoft':
      return microsoftProvider(settings)
    case 'apple':
      return appleProvider(settings)
    case 'github':
      return githubProvider(settings)
    case 'oidc':
      return genericProvider(settings)
    case 'saml':
      return undefined
  }
}
