/** One thing that is wrong with a seed file. */
export type SeedProblem = {
  /** Where: `tenants[0].clients[1].redirect_uris[0]`; empty for the whole file. */
  readonly path: string
  /** Counted from 1, of the nearest part that stands in the file. */
  readonly line: number | undefined
  readonly message: string
}

/** Every problem of the file at once. Nothing was written. */
export class SeedInvalid extends Error {
  override readonly name = 'SeedInvalid'
  /** The file as the operator named it. */
  readonly file: string
  readonly problems: readonly SeedProblem[]

  constructor(file: string, problems: readonly SeedProblem[]) {
    super(describe(file, problems))
    this.file = file
    this.problems = problems
  }
}

function describe(file: string, problems: readonly SeedProblem[]): string {
  const lines = problems.map(({ path, line, message }) => {
    const place = line === undefined ? file : `${file}:${line}`
    return `  ${place}  ${path === '' ? message : `${path} ${message}`}`
  })
  return ['The seed file cannot be applied; nothing was changed:', ...lines].join('\n')
}

/** A path as people write it: names behind dots, places in lists in brackets. */
export function pathText(path: readonly PropertyKey[], from = ''): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, from)
}
