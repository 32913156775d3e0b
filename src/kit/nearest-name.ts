/** The known name a misspelt one probably means, whatever its case; undefined when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = name.slice(0, 64).toLowerCase()
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const [best] = ranked
  return best && best.distance <= Math.max(2, wanted.length / 4) ? best.candidate : undefined
}

/** Levenshtein's, one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let line = 0; line < left.length; line += 1) {
    const next = [line + 1]
    for (let column = 0; column < right.length; column += 1) {
      const [diagonal = 0, above = 0] = row.slice(column, column + 2)
      const substitution = diagonal + (left[line] === right[column] ? 0 : 1)
      next.push(Math.min(substitution, above + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
