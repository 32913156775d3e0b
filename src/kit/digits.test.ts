import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { typedDigits } from './digits.ts'

describe('digits as they are typed', () => {
  const understood = {
    plain: '048392',
    'with a space': '048 392',
    'with dashes of any kind': '048–3-92',
    'with what a paste brings along': '\t048392\n',
    'with a no-break space': '048\u00a0392',
    'Arabic-Indic': '٠٤٨٣٩٢',
    'Eastern Arabic-Indic': '۰۴۸۳۹۲',
    Devanagari: '०४८३९२',
    'full width': '０４８３９２',
    'mathematical bold': '𝟎𝟒𝟖𝟑𝟗𝟐',
  }
  for (const [how, text] of Object.entries(understood)) {
    it(`are understood ${how}`, () => assert.equal(typedDigits(text, 6), '048392'))
  }

  const refused = ['', '04839', '0483921', '04839a', '0x8392', '½48392', '048392'.repeat(40), '\0']
  for (const text of refused) {
    it(`are not in ${JSON.stringify(text.slice(0, 12))}`, () => {
      assert.equal(typedDigits(text, 6), undefined)
    })
  }
})
