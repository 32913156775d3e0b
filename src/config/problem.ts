/** One thing that is wrong with the configuration, and what to do about it. */
export type ConfigProblem = {
  readonly setting: string
  readonly problem: string
  readonly fix: string
}

/** Every problem at once: nobody wants to learn of the second one after fixing the first. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[], cause?: unknown) {
    super(formatProblems(problems), cause === undefined ? undefined : { cause })
    this.problems = problems
  }
}

export function formatProblems(problems: readonly ConfigProblem[]): string {
  const lines = problems.map(({ setting, problem, fix }) => `  ${setting}: ${problem}\n    ${fix}`)
  return ['The configuration cannot be used:', ...lines].join('\n')
}
