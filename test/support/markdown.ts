/** Cells of the rows of the first table below a heading, without its head. Throws when there is none. */
export function tableUnder(text: string, heading: string): readonly (readonly string[])[] {
  const [, below] = text.split(`\n## ${heading}\n`)
  const table = /(?:^\|.*\|\n?)+/m.exec(below?.split('\n## ')[0] ?? '')?.[0]
  if (table === undefined) throw new Error(`there is no table under ${heading}`)
  const [, , ...rows] = table.trim().split('\n')
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** Targets of all links, in order. */
export function linksOf(text: string): readonly string[] {
  return [...text.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '')
}

/** What stands between fences. */
export function codeBlocks(text: string): readonly string[] {
  return [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '')
}
