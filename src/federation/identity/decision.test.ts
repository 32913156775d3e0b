import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AccountStatus } from '#account/account.ts'
import { brandId, type AccountId } from '#kit/ids.ts'
import { decide, decideLink, type AddressHolder, type Situation } from './decision.ts'

/** What the other side says of the address: `vouched` for one of its own people, `both` if verified as well. */
const upstream = ['verified', 'unverified', 'none', 'vouched', 'both'] as const
/** What this connection owns: nothing, the domain of the address (with or without the switches), or another domain. */
const trust = ['none', 'own', 'own+links', 'own+enforced', 'other'] as const
/** Who has the address here. */
const local = [
  'nobody',
  'active',
  'disabled',
  'leaving',
  'deleted',
  'another',
  'administrator',
] as const
/** Whether people are made accounts: of this domain, or of another. */
const making = ['on', 'off', 'domain', 'other domain'] as const

type Row = readonly [
  upstream: string,
  trust: string,
  local: string,
  making: string,
  expected: string,
]

const any = (values: readonly string[]) => values.join('|')
const owns = any(['own', 'own+links', 'own+enforced'])
const takes = any(['own+links', 'own+enforced'])
const said = any(['verified', 'unverified', 'vouched', 'both'])
const makes = any(['on', 'domain'])
const good = any(['verified', 'vouched', 'both'])
const all = { upstream: any(upstream), trust: any(trust), local: any(local), making: any(making) }

/** reference/federation.md §3.7; each combination stands in exactly one row. */
const matrix: readonly Row[] = [
  // no address, or one that nobody vouches for: the same whoever is here (nOAuth, Q73)
  ['none', all.trust, all.local, all.making, 'email_required'],
  ['unverified|vouched', 'none', all.local, makes, 'verify_first'],
  ['unverified|vouched', 'none', all.local, 'off|other domain', 'email_required'],
  // of somebody who is none of its people, a domain of its own says nothing
  ['unverified', owns, all.local, makes, 'verify_first'],
  ['unverified', owns, all.local, 'off|other domain', 'email_required'],
  // an enterprise's provider speaks for its own people alone
  [said, 'other', all.local, all.making, 'domain_not_allowed'],
  // nobody here
  ['verified|both', 'none', 'nobody', 'on|domain', 'create'],
  [good, owns, 'nobody', 'on|domain', 'create'],
  ['verified|both', 'none', 'nobody', 'off', 'no_account'],
  [good, owns, 'nobody', 'off', 'no_account'],
  ['verified|both', 'none', 'nobody', 'other domain', 'domain_not_allowed'],
  [good, owns, 'nobody', 'other domain', 'domain_not_allowed'],
  // somebody here: never silently, but where the tenant owns the domain and said so
  ['verified|both', 'none', 'active', all.making, 'link_first'],
  [good, 'own', 'active', all.making, 'link_first'],
  ['vouched|both', takes, 'active', all.making, 'take_over'],
  ['verified', takes, 'active', all.making, 'link_first'],
  // nobody administers because somebody else's server says so
  ['verified|both', 'none', 'administrator', all.making, 'link_first'],
  [good, owns, 'administrator', all.making, 'link_first'],
  // a sign-in elsewhere enables nothing
  ['verified|both', 'none', 'disabled|leaving|deleted', all.making, 'account_unavailable'],
  [good, owns, 'disabled|leaving|deleted', all.making, 'account_unavailable'],
  // a new subject with a known address
  ['verified|both', 'none', 'another', all.making, 'identity_taken'],
  [good, owns, 'another', all.making, 'identity_taken'],
]

type Cell = {
  readonly upstream: (typeof upstream)[number]
  readonly trust: (typeof trust)[number]
  readonly local: (typeof local)[number]
  readonly making: (typeof making)[number]
}

const cells: readonly Cell[] = upstream.flatMap((u) =>
  trust.flatMap((t) =>
    local.flatMap((l) =>
      making.map((m) => ({ upstream: u, trust: t, local: l, making: m }) satisfies Cell),
    ),
  ),
)

const domain = 'acme.test'

function situationOf(cell: Cell, owner?: AccountStatus): Situation {
  const isOwn = cell.trust.startsWith('own')
  const name = isOwn ? domain : 'elsewhere.test'
  const isEnforced = cell.trust === 'own+enforced'
  const isVerified = cell.upstream === 'verified' || cell.upstream === 'both'
  const isVouchedFor = cell.upstream === 'vouched' || cell.upstream === 'both'
  return {
    owner: owner && { status: owner },
    address: cell.upstream === 'none' ? undefined : { domain, isVerified, isVouchedFor },
    holder: holderOf(cell.local),
    rules: {
      domains: cell.trust === 'none' ? [] : [{ name, isEnforced }],
      linksByVerifiedDomain: cell.trust === 'own+links',
      justInTime: cell.making === 'on' || cell.making === 'off' ? cell.making : 'domains',
      justInTimeDomains: [cell.making === 'domain' ? domain : `a.${domain}`],
    },
  }
}

function holderOf(who: Cell['local']): AddressHolder | undefined {
  if (who === 'nobody') return undefined
  const hasAnother = who === 'another'
  const isPrivileged = who === 'administrator'
  return { status: hasAnother || isPrivileged ? 'active' : who, hasAnother, isPrivileged }
}

function outcomeOf(situation: Situation): string {
  const decision = decide(situation)
  return decision.kind === 'refused' ? decision.reason : decision.kind
}

describe('whose account it is', () => {
  it('is what the matrix says, in every combination', () => {
    assert.equal(cells.length, 5 * 5 * 7 * 4)
    for (const cell of cells) {
      const values = [cell.upstream, cell.trust, cell.local, cell.making]
      const rows = matrix.filter((row) =>
        values.every((value, at) => row[at]?.split('|').includes(value)),
      )
      assert.equal(rows.length, 1, `one row for ${values.join(', ')}`)
      assert.equal(outcomeOf(situationOf(cell)), rows[0]?.[4], values.join(', '))
    }
  })

  it('is the account of a known identity, whatever the address says now, unless it may not sign in (Q18)', () => {
    for (const cell of cells) {
      assert.equal(outcomeOf(situationOf(cell, 'active')), 'sign_in')
      assert.equal(outcomeOf(situationOf(cell, 'leaving')), 'sign_in', 'it may be taken back')
      for (const status of ['disabled', 'deleted'] as const)
        assert.equal(outcomeOf(situationOf(cell, status)), 'account_unavailable')
    }
  })

  const named: readonly (readonly [string, Partial<Cell>, string])[] = [
    [
      'nOAuth (2023): a directory’s administrator wrote somebody else’s address into it',
      { upstream: 'unverified', local: 'active' },
      'verify_first',
    ],
    [
      'nOAuth: and is not told whether somebody has it',
      { upstream: 'unverified', local: 'nobody' },
      'verify_first',
    ],
    [
      'nOAuth: nor is it theirs where the address is of a domain proved for the connection, and anybody may come by it',
      { upstream: 'unverified', local: 'active', trust: 'own+enforced' },
      'verify_first',
    ],
    [
      'pre-hijack 1, classic-federated merge: an account that waits with a password is not joined',
      { local: 'active' },
      'link_first',
    ],
    [
      'pre-hijack 2, unexpired session: where it is joined, it is taken over with all that was in it',
      { upstream: 'vouched', local: 'active', trust: 'own+links' },
      'take_over',
    ],
    [
      'pre-hijack 3, trojan identifier: an identity left in the account is not one more of the connection’s',
      { local: 'another' },
      'identity_taken',
    ],
    [
      'pre-hijack 4, unexpired email change: an address that is becoming the account’s is nobody’s yet',
      { local: 'nobody' },
      'create',
    ],
    [
      'pre-hijack 5, non-verifying IdP: makes no account that waits for the owner of its address',
      { upstream: 'unverified', local: 'nobody', making: 'on' },
      'verify_first',
    ],
    [
      're-registered domain: new sub with a known email is a conflict',
      { trust: 'own+links', local: 'another' },
      'identity_taken',
    ],
    [
      'an enterprise’s provider says somebody is of another company',
      { trust: 'other', local: 'active' },
      'domain_not_allowed',
    ],
  ]

  const usual: Cell = { upstream: 'verified', trust: 'none', local: 'nobody', making: 'on' }
  for (const [what, difference, expected] of named)
    it(what, () => {
      assert.equal(outcomeOf(situationOf({ ...usual, ...difference })), expected)
    })
})

describe('linking by who is signed in', () => {
  const ada = { id: brandId<AccountId>('ada'), status: 'active' } as const
  const eve = { id: brandId<AccountId>('eve') }

  const rows: readonly (readonly [
    owner: 'nobody' | 'ada' | 'eve',
    status: AccountStatus,
    hasAnother: boolean,
    expected: ReturnType<typeof decideLink>,
  ])[] = [
    ['nobody', 'active', false, 'link'],
    ['nobody', 'active', true, 'identity_taken'],
    ['ada', 'active', false, 'linked'],
    ['ada', 'active', true, 'linked'],
    ['eve', 'active', false, 'identity_taken'],
    ['eve', 'active', true, 'identity_taken'],
    ...(['nobody', 'ada', 'eve'] as const).flatMap((owner) =>
      (['disabled', 'leaving', 'deleted'] as const).flatMap((status) =>
        [true, false].map((has) => [owner, status, has, 'account_unavailable'] as const),
      ),
    ),
  ]

  for (const [whose, status, hasAnother, expected] of rows)
    it(`identity of ${whose}, account ${status}, ${hasAnother ? 'with' : 'without'} another: ${expected}`, () => {
      const owner = { nobody: undefined, ada, eve }[whose]
      assert.equal(decideLink({ owner, account: { ...ada, status }, hasAnother }), expected)
    })
})
