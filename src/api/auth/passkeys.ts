import { z } from 'zod'
import { authenticatorName, challengeLifetime, longestName } from '#login/passkey/passkey.ts'
import type { Passkey, Passkeys } from '#login/passkey/passkey.ts'
import { endpoint } from '../api.ts'
import type { Endpoint } from '../api.ts'
import { plainText } from './fields.ts'
import { credentialField, passkeyOptions } from './passkey-fields.ts'
import { bindingOf, refuseStale, stepUpNeeded, whoseOf } from './stepped-up.ts'
import type { StepUpDeps } from './stepped-up.ts'

export type PasskeyDeps = StepUpDeps & { readonly passkeys: Omit<Passkeys, 'wasUsed' | 'count'> }

/** A person's own passkeys, with the services of My account. A browser makes and uses them on pages of the issuer's origin. */
export function passkeyEndpoints(deps: PasskeyDeps): readonly Endpoint[] {
  return [
    optionsEndpoint(deps),
    addEndpoint(deps),
    listEndpoint(deps),
    renameEndpoint(deps),
    removeEndpoint(deps),
  ]
}

const passkey = z.strictObject({
  id: z.string().describe('The id of the credential, base64url'),
  name: z.string().nullable().describe('As its owner calls it'),
  authenticator: z.string().nullable().describe('Who keeps it, as that says itself'),
  synced: z.boolean().describe('It may be on several devices'),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().nullable(),
})

const idParam = z.strictObject({ id: plainText(1400) })

function optionsEndpoint(deps: PasskeyDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/passkeys/register/options',
    summary: 'What a browser needs to make a passkey',
    security: 'bearer',
    answers: { 200: { description: 'For one answer in this session', schema: passkeyOptions } },
    refusals: ['api.step_up_required'],
    handle: async (call) => {
      const stale = await refuseStale(call, deps)
      if (stale) return stale
      const { tenant, caller } = call
      const asked = { tenant, account: caller.account, binding: bindingOf(call) }
      const options = { ...(await deps.passkeys.offer(asked)) }
      return { status: 200, body: { options, expires_in: challengeLifetime } }
    },
  })
}

function addEndpoint(deps: PasskeyDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/passkeys/register/verify',
    summary: 'Keep the passkey a browser made',
    security: 'bearer',
    body: z.strictObject({ credential: credentialField }),
    answers: { 201: { description: 'It opens the account from now on', schema: passkey } },
    refusals: [
      'api.step_up_required',
      'api.passkey_refused',
      'api.passkey_not_added',
      'api.token_invalid',
    ],
    handle: async (call) => {
      const stale = await refuseStale(call, deps)
      if (stale) return stale
      const credential = JSON.stringify(call.body.credential)
      const asked = { ...whoseOf(call), binding: bindingOf(call), credential }
      const result = await deps.passkeys.add(asked)
      switch (result.kind) {
        case 'added':
          return { status: 201, body: viewOf(result.passkey) }
        case 'taken':
        case 'too_many':
          return { refused: 'api.passkey_not_added', details: { why: result.kind } }
        case 'step_up':
          return stepUpNeeded()
        case 'over':
          return { refused: 'api.token_invalid' }
        case 'malformed':
        case 'refused':
        case 'expired':
          return { refused: 'api.passkey_refused', details: { why: result.kind, forget: null } }
      }
    },
  })
}

function listEndpoint({ passkeys }: PasskeyDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/passkeys',
    summary: 'The passkeys of this person, oldest first',
    security: 'bearer',
    answers: {
      200: {
        description: 'And what a browser may be told to keep',
        schema: z.strictObject({
          passkeys: z.array(passkey),
          accepted: z
            .strictObject({
              rpId: z.string(),
              userId: z.string(),
              allAcceptedCredentialIds: z.array(z.string()),
              name: z.string(),
              displayName: z.string(),
            })
            .describe('For `signalAllAcceptedCredentials` and `signalCurrentUserDetails`'),
        }),
      },
    },
    refusals: [],
    handle: async ({ tenant, caller: { account } }) => {
      const all = await passkeys.list({ tenantId: tenant.id, accountId: account.id })
      const { credentialIds, ...accepted } = await passkeys.accepted(tenant, account)
      const body = {
        passkeys: all.map(viewOf),
        accepted: { ...accepted, allAcceptedCredentialIds: [...credentialIds] },
      }
      return { status: 200, body }
    },
  })
}

function renameEndpoint({ passkeys }: PasskeyDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/passkeys/{id}',
    summary: 'Call a passkey by another name; an empty one brings back that of its authenticator',
    security: 'bearer',
    params: idParam,
    body: z.strictObject({ name: z.string().max(4 * longestName) }),
    answers: { 204: { description: 'Renamed' } },
    refusals: ['api.factor_unknown', 'api.invalid_input'],
    handle: async (call) => {
      const { params, body } = call
      const asked = { ...whoseOf(call), credentialId: params.id, name: body.name }
      const { kind } = await passkeys.rename(asked)
      if (kind === 'renamed') return { status: 204 }
      if (kind === 'unknown') return { refused: 'api.factor_unknown' }
      const message = `is no name of at most ${longestName} characters`
      return { refused: 'api.invalid_input', details: [{ field: 'name', message }] }
    },
  })
}

function removeEndpoint(deps: PasskeyDeps): Endpoint {
  return endpoint({
    method: 'delete',
    path: '/passkeys/{id}',
    summary: 'Remove a passkey; never the last way in',
    security: 'bearer',
    params: idParam,
    answers: { 204: { description: 'Removed' } },
    refusals: [
      'api.step_up_required',
      'api.factor_unknown',
      'api.factor_needed',
      'api.last_way_in',
      'api.token_invalid',
    ],
    handle: async (call) => {
      const stale = await refuseStale(call, deps)
      if (stale) return stale
      const asked = { ...whoseOf(call), credentialId: call.params.id }
      const { kind } = await deps.passkeys.remove(asked)
      switch (kind) {
        case 'removed':
          return { status: 204 }
        case 'unknown':
          return { refused: 'api.factor_unknown' }
        case 'last_way_in':
          return { refused: 'api.last_way_in' }
        case 'needed':
          return { refused: 'api.factor_needed' }
        case 'step_up':
          return stepUpNeeded()
        case 'over':
          return { refused: 'api.token_invalid' }
      }
    },
  })
}

function viewOf(one: Passkey): z.input<typeof passkey> {
  return {
    id: one.credentialId,
    name: one.name ?? null,
    authenticator: authenticatorName(one.aaguid) ?? null,
    synced: one.backupEligible,
    created_at: one.createdAt.toISOString(),
    last_used_at: one.lastUsedAt?.toISOString() ?? null,
  }
}
