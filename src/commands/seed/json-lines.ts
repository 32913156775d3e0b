import { pathText } from './problem.ts'

export type LocatedJson =
  | {
      readonly outcome: 'read'
      readonly value: unknown
      /** The line where this part stands, or the nearest one around it. */
      readonly lineOf: (path: string) => number | undefined
      /** Paths of names given twice in one object: a parser silently takes the last one. */
      readonly repeated: readonly string[]
    }
  | { readonly outcome: 'broken'; readonly line: number | undefined; readonly message: string }

/** Reads JSON and remembers where each part of it stands. */
export function readJson(text: string): LocatedJson {
  const plain = text.replace(/^\uFEFF/, '')
  try {
    const value: unknown = JSON.parse(plain)
    const { lines, repeated } = locate(plain)
    return { outcome: 'read', value, lineOf: (path) => nearestLine(lines, path), repeated }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const line = /\(line (\d+) column \d+\)/.exec(error.message)?.[1]
    // The parser's own words may quote the text, and with it a password.
    const message = 'is not JSON: look for a missing comma, quote or bracket at or before this line'
    return { outcome: 'broken', line: line === undefined ? undefined : Number(line), message }
  }
}

type Frame = { readonly path: string; readonly isList: boolean; index: number }

/** Walks over text that is known to be JSON. */
function locate(text: string): { lines: Map<string, number>; repeated: string[] } {
  const lines = new Map<string, number>()
  const repeated: string[] = []
  const frames: Frame[] = []
  let line = 1
  let path = ''
  let expectsName = false

  function name(token: string): void {
    path = pathText([String(JSON.parse(token))], frames.at(-1)?.path)
    if (lines.has(path)) repeated.push(path)
    lines.set(path, line)
    expectsName = false
  }

  function begin(isList: boolean): void {
    frames.push({ path, isList, index: 0 })
    expectsName = !isList
    if (isList) path = pathText([0], path)
  }

  function next(frame: Frame | undefined): void {
    if (!frame) return
    expectsName = !frame.isList
    frame.index += 1
    if (frame.isList) path = pathText([frame.index], frame.path)
  }

  for (const [token] of text.matchAll(/\n|"(?:[^"\\]|\\.)*"|[{}[\],]|[^\s{}[\],:"]+/g)) {
    if (token === '\n') line += 1
    else if (token === ',') next(frames.at(-1))
    else if (token === '}' || token === ']') frames.pop()
    else if (expectsName) name(token)
    else {
      if (frames.at(-1)?.isList) lines.set(path, line)
      if (token === '{' || token === '[') begin(token === '[')
    }
  }
  return { lines, repeated }
}

function nearestLine(lines: ReadonlyMap<string, number>, path: string): number | undefined {
  for (let part = path; part !== ''; part = around(part)) {
    const line = lines.get(part)
    if (line !== undefined) return line
  }
  return undefined
}

function around(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['), 0))
}
