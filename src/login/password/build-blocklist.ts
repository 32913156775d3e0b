import { readFileSync, writeFileSync } from 'node:fs'
import { codePoints } from '#kit/text.ts'
import { blocklistEntry } from './blocklist.ts'

/**
 * Writes `blocklist.bin` from word lists, one word a line. Run by hand: see `blocklist.md`.
 * `node build-blocklist.ts <passwords> <dictionary>`
 */
const [passwordsFile = '', dictionaryFile = ''] = process.argv.slice(2)

/** What people add to a password they were told is too simple. */
const endings = [
  ' 0 1 2 3 7 9 00 01 07 10 11 12 13 21 22 23 69 77 88 99 007 123 321 1234 12345 123456',
  '! !! 1! 12! 123! 1234! ? . * #1 @1 @123 _1 _123',
  Array.from({ length: 12 }, (_, n) => `${2016 + n}`).join(' '),
].flatMap((line) => line.split(' '))

/** Ways a finger goes over a keyboard, an alphabet, a dial. */
const walks = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  '1234567890-=',
  '1234567890qwertyuiopasdfghjklzxcvbnm',
  'qwertyuiop[]asdfghjkl;zxcvbnm,./',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'qazwsxedcrfvtgbyhnujmikolp',
  '!@#$%^&*()_+',
  'a1b2c3d4e5f6g7h8i9j0',
  '1a2b3c4d5e6f7g8h9i0j',
]

const passwords = wordsOf(passwordsFile).flatMap((word) => endings.map((end) => `${word}${end}`))
const dictionary = wordsOf(dictionaryFile).filter((word) => !word.includes("'"))
const walked = walks.flatMap((walk) => [
  ...stretches(walk),
  ...stretches(Array.from(walk).reverse().join('')),
])

const all = [...passwords, ...dictionary, ...walked].filter((word) => codePoints(word) >= 8)
const entries = new Set(all.map((word) => blocklistEntry(word).toString('hex')))
writeFileSync(
  new URL('blocklist.bin', import.meta.url),
  Buffer.from([...entries].sort().join(''), 'hex'),
)
process.stdout.write(`${entries.size} entries\n`)

function wordsOf(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '' && !line.startsWith('#!comment'))
}

function stretches(walk: string): string[] {
  const starts = Array.from({ length: walk.length }, (_, start) => start)
  return starts.flatMap((from) => starts.map((to) => walk.slice(from, to + 1)))
}
