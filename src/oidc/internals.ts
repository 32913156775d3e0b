/**
 * Every deep import from the engine, in one place: not covered by its semantic versioning, so the version is pinned and
 * `internals.test.ts` notices when one of them moves.
 */
// @ts-expect-error -- the engine ships no types for this module
import { confirm } from 'oidc-provider/lib/actions/end_session.js'
// @ts-expect-error -- the engine ships no types for this module
import addClient from 'oidc-provider/lib/helpers/add_client.js'
import type { AllClientMetadata, Client, KoaContextWithOIDC, Provider } from 'oidc-provider'

/** Builds a client model from metadata, with every check of the engine, and fetches its `sector_identifier_uri`. */
export const buildClientModel: (
  provider: Provider,
  metadata: AllClientMetadata,
) => Promise<Client> = addClient

/** What the engine does once a sign-out is confirmed: the last of the steps of `POST /logout/confirm`. */
export const endSession: (ctx: KoaContextWithOIDC) => Promise<void> = confirm.at(-1)
