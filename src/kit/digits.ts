/** The digits somebody meant, with whatever they put between them, in any script; undefined for anything else. */
export function typedDigits(text: string, length: number): string | undefined {
  if (text.length > 100) return undefined
  const characters = Array.from(text.normalize('NFKC')).filter((one) => !/[\s\p{Dash}.]/u.test(one))
  const digits = characters.map(asciiDigit).join('')
  return digits.length === length && /^\d+$/.test(digits) ? digits : undefined
}

/** The digits of every script stand in Unicode as ten in a row, zero first. */
function asciiDigit(character: string): string {
  if (!isDigit(character)) return 'x'
  const point = character.codePointAt(0) ?? 0
  let zero = point
  while (point - zero < 9 && isDigit(String.fromCodePoint(zero - 1))) zero -= 1
  return String(point - zero)
}

const isDigit = (character: string): boolean => /^\p{Nd}$/u.test(character)
