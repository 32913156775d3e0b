import { z } from 'zod'
import type {
  ConnectionAdministration,
  ConnectionHealth,
} from '#federation/connection/connection.ts'
import type { DomainProofs } from '#federation/connection/domain/domain.ts'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import type { AdministratorDeps } from '../administrator.ts'
import type { Caller } from '../api.ts'

export type ConnectionApiDeps = AdministratorDeps & {
  readonly connections: ConnectionAdministration
  readonly domainProofs: Pick<DomainProofs, 'check'>
  readonly connectionHealth: ConnectionHealth
}

export const connectionParams = z.strictObject({ id: z.string().max(64) })

export function idOf({ id }: { readonly id: string }): ConnectionId {
  return brandId<ConnectionId>(id)
}

export function actorOf({ caller }: { readonly caller: Pick<Caller, 'account'> }) {
  return { kind: 'account', id: caller.account.id } as const
}
