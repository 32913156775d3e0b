/** SAML Core §1.3.3: in UTC, with its `Z`; as fine as the sender likes. */
const pattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z$/

/** Milliseconds since the epoch; undefined for what is no instant, such as the 30th of February. */
export function readInstant(text: string | undefined): number | undefined {
  const [, seconds, fraction = ''] = pattern.exec(text ?? '') ?? []
  if (seconds === undefined) return undefined
  const instant = Date.parse(`${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`)
  const isReal = Number.isFinite(instant) && new Date(instant).toISOString().startsWith(seconds)
  return isReal ? instant : undefined
}
