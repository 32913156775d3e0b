import { isOfType } from '../connection/connection.ts'
import type { Connection } from '../federation.ts'
import { appleProvider } from './apple.ts'
import { genericProvider } from './generic.ts'
import { githubProvider } from './github.ts'
import { googleProvider } from './google.ts'
import { microsoftProvider } from './microsoft.ts'
import type { Provider } from './oidc.ts'

/** Undefined for a connection that speaks something else. */
export function providerOf(connection: Connection): Provider | undefined {
  if (isOfType(connection, 'google')) return googleProvider(connection.settings)
  if (isOfType(connection, 'microsoft')) return microsoftProvider(connection.settings)
  if (isOfType(connection, 'apple')) return appleProvider(connection.settings)
  if (isOfType(connection, 'github')) return githubProvider(connection.settings)
  return isOfType(connection, 'oidc') ? genericProvider(connection.settings) : undefined
}
