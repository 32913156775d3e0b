import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { writeMmdb } from '#test/support/mmdb.ts'
import { signInTo } from '#test/support/person.ts'
import { openWorld } from '#test/support/world.ts'

it('an operator’s GeoIP file says where sessions are, in the list and in the notice', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signet-places-'))
  const file = join(folder, 'city.mmdb')
  const vienna = { city: { names: { en: 'Vienna' } }, country: { iso_code: 'AT' } }
  writeFileSync(file, writeMmdb('198.51.100.0/24', vienna)) // where the browsers of tests are
  try {
    await using world = await openWorld({ settings: { GEOIP_FILE: file } })
    const person = await world.addAccount()
    const rp = await world.relyingParty('trusted')
    await signInTo(rp, person, { world })
    await signInTo(rp, person, { world })
    const sessions = await world.app.sessions.list(person.account)
    assert.deepEqual(
      sessions.map(({ place }) => place),
      [1, 2].map(() => ({ city: 'Vienna', country: 'AT' })),
    )
    const [mail] = await world.mail.received()
    assert.match(String(mail?.text), /Vienna, Austria/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
