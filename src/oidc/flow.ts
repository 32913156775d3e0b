import { errors } from 'oidc-provider'
import type { Interaction, InteractionResults, Provider } from 'oidc-provider'
import type { Clients } from '#client/client.ts'
import type { Client } from '#client/client.ts'
import type { Audit } from '#audit/audit.ts'
import type { ConsentStore } from '#consent/consent.ts'
import { mergeConsent, missingConsent } from '#consent/consent.ts'
import type { Clock } from '#kit/clock.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ClientId, GrantId, InteractionUid } from '#kit/ids.ts'
import type { Transactor } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { extendGrant, newGrant } from './grants.ts'
import { acrDemandOf } from './acr-demand.ts'
import { elsewhereOf } from './federated-session.ts'
import { foreignAcrValuesOf, realmHintOf } from './realm-hint.ts'
import type { AuthFlow, FlowDetails, FlowResult, FlowSession } from './oidc.ts'
import type { EngineRegistry } from './registry.ts'
import { consentOfParams } from './requested-params.ts'

export type FlowDeps = {
  readonly registry: EngineRegistry
  readonly clients: Clients
  readonly consents: ConsentStore
  readonly audit: Pick<Audit, 'append'>
  readonly transactor: Transactor
  readonly clock: Clock
}

export function createAuthFlow(deps: FlowDeps): AuthFlow {
  return {
    async details(tenant, uid, req, res) {
      const { provider } = await deps.registry.engineOf(tenant)
      const interaction = await unlessOver(provider.interactionDetails(req, res))
      // The engine trusts the cookie alone: a form of one tab must not finish the interaction of another.
      if (!interaction || interaction.uid !== uid) return undefined
      const clientId = brandId<ClientId>(String(interaction.params['client_id']))
      const client = await deps.clients.find(tenant.id, clientId)
      if (!client || client.status !== 'active') return undefined
      return describe(provider, interaction, { tenant, client }, deps)
    },

    async isPending(tenant, uid) {
      const { provider } = await deps.registry.engineOf(tenant)
      return (await provider.Interaction.find(uid)) !== undefined
    },

    async finish(details, result, req, res) {
      const { provider } = await deps.registry.engineOf(details.tenant)
      const outcome = await engineResult(provider, details, result, deps)
      const keep = { mergeWithLastSubmission: true }
      return unlessOver(provider.interactionResult(req, res, outcome, keep))
    },
  }
}

/** Undefined where this browser is in no interaction, or in none any more. */
async function unlessOver<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined
    throw error
  }
}

async function describe(
  provider: Provider,
  interaction: Interaction,
  { tenant, client }: { readonly tenant: Tenant; readonly client: Client },
  deps: FlowDeps,
): Promise<FlowDetails> {
  const { params, prompt, session } = interaction
  const accountId = session?.accountId
  const requested = await consentOfParams(params, client, deps.clients)
  const given =
    accountId === undefined
      ? undefined
      : await deps.consents.find(tenant.id, brandId<AccountId>(accountId), client.clientId)
  return {
    uid: brandId<InteractionUid>(interaction.uid),
    grantId: interaction.grantId === undefined ? undefined : brandId<GrantId>(interaction.grantId),
    tenant,
    client,
    prompt: promptName(prompt.name),
    reasons: prompt.reasons,
    session: session && (await sessionOf(provider, session)),
    acr: await acrDemandOf(params, client, deps.clients),
    loginHint: text(params['login_hint']),
    realm: realmHintOf(params),
    maxAge: params['max_age'] === undefined ? undefined : Number(params['max_age']), // checked by the engine
    foreignAcrValues: foreignAcrValuesOf(params),
    uiLocales: text(params['ui_locales']),
    redirectUri: text(params['redirect_uri']),
    missing: missingConsent(requested, given),
    requested,
  }
}

/** As the engine has it now: the interaction remembers it as it was when the person was first asked. */
async function sessionOf(
  provider: Provider,
  { accountId, uid }: NonNullable<Interaction['session']>,
): Promise<FlowSession> {
  const found = await provider.Session.findByUid(uid)
  const isTheirs = found?.accountId === accountId
  return {
    accountId: brandId<AccountId>(accountId),
    amr: (isTheirs && found.amr) || [],
    authTime: isTheirs ? found.loginTs : undefined,
    ...(isTheirs ? elsewhereOf(found) : {}),
  }
}

function promptName(name: string): FlowDetails['prompt'] {
  if (name === 'login' || name === 'consent' || name === 'select_account') return name
  throw new Error(`a prompt nobody answers: ${name}`)
}

async function engineResult(
  provider: Provider,
  details: FlowDetails,
  result: FlowResult,
  deps: FlowDeps,
): Promise<InteractionResults> {
  switch (result.kind) {
    case 'login': {
      const { accountId, acr, amr, at, via, until, foreign } = result
      const login = { accountId, acr, amr: [...amr], ts: at, via, until, foreign }
      // whoever just proved who they are has chosen the account as well
      return { login, select_account: {} }
    }
    case 'select_account':
      return { select_account: {} }
    case 'consent':
      return { consent: { grantId: await allow(provider, details, result, deps) } }
    case 'denied':
      return { error: result.error, error_description: result.description }
  }
}

/** Remembers what was allowed, and adds what this request asked to the Grant of this session and client. */
async function allow(
  provider: Provider,
  details: FlowDetails,
  { granted, requester }: Extract<FlowResult, { kind: 'consent' }>,
  deps: FlowDeps,
): Promise<string> {
  const { tenant, client, session, requested } = details
  if (!session) throw new Error('consent without an account')
  const owner = { tenantId: tenant.id, accountId: session.accountId, clientId: client.clientId }
  const known = await deps.consents.find(tenant.id, session.accountId, client.clientId)
  const grantedAt = new Date(deps.clock.now())
  await deps.transactor.transaction(async (within) => {
    await deps.consents.put({ ...owner, ...mergeConsent(known, granted), grantedAt }, within)
    await deps.audit.append(
      {
        ...owner,
        ...requester,
        type: 'consent.granted',
        outcome: 'success',
        actor: { kind: 'account', id: session.accountId },
        detail: { scopes: requested.scopes, resources: Object.keys(requested.resources) },
      },
      within,
    )
  })
  const before =
    details.grantId === undefined ? undefined : await provider.Grant.find(details.grantId)
  const isTheirs = before?.accountId === session.accountId && before.clientId === client.clientId
  const grant = await extendGrant(
    before && isTheirs ? before : newGrant(provider, client, session.accountId, session.via),
    requested,
  )
  return grant.jti
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
