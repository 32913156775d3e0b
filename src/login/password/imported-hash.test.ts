import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readPasswordHash } from './imported-hash.ts'

const salt = 'MDEyMzQ1Njc4OWFiY2RlZg'
const tag = '84cg3lHjgLbOXtWRL64kLxK5HHCU9JlMR+pxcQzStR8'
const bcrypt = (cost: string, version = '2b') =>
  `$${version}$${cost}$abcdefghijklmnopqrstuu1/LStV.7hAUqEO9kXhP1WkWs3hFWI7q`
const scrypt = (parameters: string) => `$scrypt$${parameters}$${salt}$${tag}`
const pbkdf2 = (parameters: string) => `$pbkdf2-sha256$${parameters}$${salt}$${tag}`
const argon2 = (parameters: string, id = 'argon2id') => `$${id}$v=19$${parameters}$${salt}$${tag}`

describe('a password hash', () => {
  const welcome = [
    bcrypt('04'),
    bcrypt('14', '2y'),
    scrypt('ln=17,r=8,p=1'), // OWASP
    scrypt('ln=14,r=8,p=5'),
    pbkdf2('i=600000'),
    pbkdf2('i=310000,l=32'),
    argon2('m=19456,t=2,p=1'),
    argon2('m=65536,t=3,p=4'), // RFC 9106 §4
    argon2('t=4,p=8,m=102400', 'argon2i'),
  ]
  for (const text of welcome) {
    test(`of sane parameters is read: ${text.slice(0, 40)}`, () => {
      assert.equal(readPasswordHash(text).outcome, 'read')
    })
  }

  const absurd: readonly (readonly [text: string, reason: RegExp])[] = [
    ['', /^is not a bcrypt, scrypt, PBKDF2 or argon2 hash/],
    ['grumpy tea cups', /^is not a bcrypt/],
    ['$1$salt$OsUVAkfFNgrtbSmJ0jeEM.', /^is not a bcrypt/],
    [`$6$rounds=5000$${salt}$${tag}`, /^is not a bcrypt/],
    [`$md5$i=1000$${salt}$${tag}`, /^is not a bcrypt/],
    [`$constructor$i=1000$${salt}$${tag}`, /^is not a bcrypt/],
    [`${pbkdf2('i=1000')}\n`, /^is not a bcrypt/],
    [`${pbkdf2('i=1000')}=`, /^is not a bcrypt/],
    [`$scrypt$ln=14,r=8,p=1$${salt}$${tag.repeat(20)}`, /^is not a bcrypt/],
    [bcrypt('10', '2x'), /^is not bcrypt as \$2a\$, \$2b\$ or \$2y\$/],
    [bcrypt('10', '2'), /^is not bcrypt as/],
    [`${bcrypt('10')}a`, /^is not bcrypt as/],
    [bcrypt('03'), /^has 3 for the cost instead of 4 to 14$/],
    [bcrypt('31'), /^has 31 for the cost instead of 4 to 14$/],
    [`$bcrypt$v=120$r=5$${salt}$c4Dems9tn7qmS/yRTc8HneatLFaYIT4`, /^is not bcrypt as/],
    [`$bcrypt$v=98$r=5$${salt}$${tag}`, /^has a hash of 32 bytes instead of 23$/],
    [scrypt('ln=30,r=8,p=1'), /^has 30 for ln instead of 10 to 20$/],
    [scrypt('ln=1,r=8,p=1'), /^has 1 for ln/],
    [scrypt('ln=18,r=8,p=1'), /^asks for too much work: 2\^ln times r is 2097152/],
    [scrypt('ln=14,r=8,p=64'), /^asks for too much work: 2\^ln times r times p/],
    [scrypt('ln=14,r=8'), /^must have exactly the parameters ln, r, p$/],
    [scrypt('ln=14,r=8,p=1,x=1'), /^must have exactly the parameters/],
    [scrypt('ln=14,r=8,r=8,p=1'), /^has a parameter twice$/],
    [scrypt('ln=014,r=8,p=1'), /^has a parameter ln with a leading zero$/],
    [`$scrypt$v=1$ln=14,r=8,p=1$${salt}$${tag}`, /^has a version/],
    [pbkdf2('i=999'), /^has 999 for i instead of 1000 to 2000000$/],
    [pbkdf2('i=4000000000'), /^has 4000000000 for i/],
    [pbkdf2('i=1000,l=64'), /^has a length l that is not the one/],
    [`$pbkdf2-sha1$i=1500000$${salt}$${tag}`, /^asks for too much work: i times the blocks/],
    [`$pbkdf2-sha256$i=1000$c2FsdA$${tag}`, /^has a salt of 4 bytes instead of 8 to 64$/],
    [`$pbkdf2-sha256$i=1000$${salt}$c2FsdA`, /^has a hash of 4 bytes instead of 16 to 64$/],
    [`$pbkdf2-sha256$i=1000$${salt}B$${tag}`, /^has a salt that is not base64/],
    [`$pbkdf2-sha256$i=1000$${salt.slice(0, -1)}h$${tag}`, /^has a salt that is not base64/],
    [argon2('m=2097152,t=1,p=4'), /^has 2097152 for m instead of 32 to 131072$/],
    [argon2('m=131072,t=5,p=1'), /^asks for too much work: m times t is 655360/],
    [argon2('m=8,t=4294967295,p=1'), /^has 4294967295 for t/],
    [argon2('m=64,t=0,p=1'), /^has 0 for t/],
    [argon2('m=64,t=1,p=16'), /^has 64 for m instead of 128 to/],
    [argon2('m=4096,t=1,p=255'), /^has 255 for p instead of 1 to 16$/],
    [argon2('m=4096,t=1,p=1').replace('v=19', 'v=18'), /^is of an unknown version of argon2$/],
    [argon2('m=4096,t=1,p=1,keyid=1'), /^must have exactly the parameters m, t, p$/],
  ]
  for (const [text, reason] of absurd) {
    test(`is refused, and never quoted: ${JSON.stringify(text.slice(0, 40))}`, () => {
      const read = readPasswordHash(text)
      assert.ok(read.outcome === 'refused')
      assert.match(read.reason, reason)
      for (const secret of [salt, tag]) assert.ok(!read.reason.includes(secret))
    })
  }
})
