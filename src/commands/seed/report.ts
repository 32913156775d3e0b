import type { Generated, SeedEntry, SeedReport } from './seed.ts'

/** A report while it is written. */
export type Report = {
  created(entry: SeedEntry): void
  updated(entry: SeedEntry): void
  unchanged(entry: SeedEntry): void
  /** What was thought unchanged is not; what was created stays created. */
  changed(entry: SeedEntry): void
  passwordKept(entry: SeedEntry): void
  withoutSecret(entry: SeedEntry): void
  generated(value: Generated): void
  read(): SeedReport
}

export function createReport(): Report {
  const outcomes = new Map<string, { readonly entry: SeedEntry; readonly outcome: Outcome }>()
  const passwordsKept: SeedEntry[] = []
  const withoutSecret: SeedEntry[] = []
  const generated: Generated[] = []

  function set(entry: SeedEntry, outcome: Outcome): void {
    outcomes.set(keyOf(entry), { entry, outcome })
  }

  function all(wanted: Outcome): SeedEntry[] {
    const chosen = [...outcomes.values()].filter(({ outcome }) => outcome === wanted)
    return chosen.map(({ entry }) => entry)
  }

  return {
    created: (entry) => set(entry, 'created'),
    updated: (entry) => set(entry, 'updated'),
    unchanged: (entry) => set(entry, 'unchanged'),
    changed(entry) {
      if (outcomes.get(keyOf(entry))?.outcome === 'unchanged') set(entry, 'updated')
    },
    passwordKept: (entry) => void passwordsKept.push(entry),
    withoutSecret: (entry) => void withoutSecret.push(entry),
    generated: (value) => void generated.push(value),
    read: () => ({
      created: all('created'),
      updated: all('updated'),
      unchanged: all('unchanged'),
      passwordsKept,
      withoutSecret,
      generated,
    }),
  }
}

function keyOf({ kind, tenant, name }: SeedEntry): string {
  return JSON.stringify([kind, tenant, name])
}

type Outcome = 'created' | 'updated' | 'unchanged'

/** For programs. */
export function reportJson({ passwordsKept, withoutSecret, ...rest }: SeedReport): object {
  return { ...rest, passwords_kept: passwordsKept, without_secret: withoutSecret }
}

/** For people. What was generated stands at the end, where it is seen. */
export function describeReport(report: SeedReport): string {
  const line = (sign: string) => (entry: SeedEntry) =>
    `  ${sign} ${entry.kind.padEnd(10)}  ${entry.kind === 'tenant' ? '' : `${entry.tenant}/`}${entry.name}`
  const { created, updated, unchanged, passwordsKept, withoutSecret, generated } = report
  const counts = `${created.length} created, ${updated.length} updated, ${unchanged.length} unchanged`
  return [
    ...created.map(line('+')),
    ...updated.map(line('~')),
    counts,
    ...(passwordsKept.length > 0
      ? [`Passwords left as they are, because the person was here already: ${passwordsKept.length}`]
      : []),
    ...withoutSecret.map(
      ({ tenant, name }) => `Draft, because its secret is not in the file: ${tenant}/${name}`,
    ),
    ...(generated.length > 0 ? ['', 'Shown once, kept nowhere:'] : []),
    ...generated.map(
      ({ kind, tenant, name, value }) => `  ${tenant}/${name}  ${kind.replace('_', ' ')}  ${value}`,
    ),
  ].join('\n')
}
