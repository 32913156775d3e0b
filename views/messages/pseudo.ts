import type { Translation } from './catalogue.ts'
import type { Message } from './message.ts'

// Values, linked words' marks and wrappers stay as they are; only words change.
const marks = /(\{\w+\}|\[|\]\(\w+\))/

/** English, accented and a third longer: shows text that is not translated or does not fit. */
export function accented(catalogue: Translation): Translation {
  return mapCatalogue(catalogue, (sentence) => {
    const longer = '·'.repeat(Math.ceil(sentence.length / 3))
    return `⟦${mapWords(sentence, accent)}${longer}⟧`
  })
}

/** English from right to left, as Arabic would stand: shows what does not mirror. */
export function mirrored(catalogue: Translation): Translation {
  return mapCatalogue(catalogue, (sentence) => mapWords(sentence, override))
}

function mapCatalogue(catalogue: Translation, map: (sentence: string) => string): Translation {
  const mapMessage = (message: Message): Message =>
    typeof message === 'string'
      ? map(message)
      : { ...message, ...mapValues(message, map), other: map(message.other) }
  const entries = Object.entries(catalogue).map(([key, message]) => [key, mapMessage(message)])
  // The keys are those of the argument; `Object.entries` only forgets it.
  return Object.fromEntries(entries) as Translation
}

function mapValues(plural: object, map: (sentence: string) => string): Record<string, string> {
  const sentences: [string, string][] = Object.entries(plural)
  return Object.fromEntries(sentences.map(([category, sentence]) => [category, map(sentence)]))
}

function mapWords(sentence: string, map: (words: string) => string): string {
  return sentence
    .split(marks)
    .map((piece) => (piece === '' || marks.test(piece) ? piece : map(piece)))
    .join('')
}

const from = 'aceinosuyACEINOSUY'
const to = 'áçéíñóšúýÁÇÉÍÑÓŠÚÝ'

function accent(words: string): string {
  return words.replaceAll(/[a-z]/gi, (letter) => to[from.indexOf(letter)] ?? letter)
}

function override(words: string): string {
  return `\u200f\u202e${words}\u202c\u200f`
}
