import type { Client } from '#client/client.ts'

/** What people call an application. */
export function nameOf(client: Client): string {
  return client.metadata.client_name ?? client.clientId
}
