import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { settingNames } from './defaults.ts'
import { describeConfig, maskPassword } from './describe.ts'
import { loadConfig } from './load.ts'
import { secretNames } from './sources.ts'

const secret = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64url')

describe('the printed configuration', () => {
  it('names every setting and shows no secret', () => {
    const env = {
      DATABASE_URL: 'postgres://signet:hunter2@db/signet?password=hunter3',
      REDIS_URL: 'redis://:hunter4@cache:6379',
      SMTP_URL: 'smtp://user:hunter5@mail:587',
      SIGNET_SECRET: secret,
    }
    const printed = describeConfig(loadConfig({ env }).config)
    for (const name of settingNames) assert.match(printed, new RegExp(`^${name} `, 'm'))
    assert.doesNotMatch(printed, /hunter|AAEC/)
    assert.match(printed, /postgres:\/\/signet:\*\*\*@db\/signet$/m)
  })

  it('masks whatever is not an address whole', () => {
    assert.equal(maskPassword('hunter2'), '(not an address)')
  })
})

describe('config/example.env', () => {
  const example = readFileSync(new URL('../../config/example.env', import.meta.url), 'utf8')

  it('lists every setting', () => {
    for (const name of settingNames) assert.match(example, new RegExp(`^#${name}=`, 'm'))
    for (const name of secretNames) assert.match(example, new RegExp(`\\b${name}\\b`))
  })
})
