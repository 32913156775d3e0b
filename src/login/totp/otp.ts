import { generateSecret, generateURI, verifySync } from 'otplib'
import { encode } from 'uqr'
import type { Tenant } from '#tenant/tenant.ts'
import type { ClockOff, PendingTotp, QrCode } from './totp.ts'

/** RFC 6238 with what every app takes for granted (Q43). */
const parameters = { algorithm: 'sha1', digits: 6, period: 30 } as const
const { period } = parameters

/** Bytes: RFC 4226 §4 R6 wants 128 bits and recommends 160. */
const secretLength = 20

/** Steps on either side: what is accepted (RFC 6238 §5.2), and what tells that a clock is off. */
const drift = 1
const farDrift = 10

export type CodeMatch =
  | { readonly kind: 'fits'; readonly step: number }
  | (ClockOff & { readonly step: number })
  | { readonly kind: 'wrong' }

export function newSecret(): string {
  return generateSecret({ length: secretLength })
}

/** What six digits are at a time, in epoch seconds. */
export function matchCode(secret: string, code: string, at: number): CodeMatch {
  const near = stepOf(secret, code, at, drift)
  if (near !== undefined) return { kind: 'fits', step: near }
  const far = stepOf(secret, code, at, farDrift)
  if (far === undefined) return { kind: 'wrong' }
  const steps = far - Math.floor(at / period)
  return { kind: 'clock_off', step: far, ahead: steps > 0, by: Math.abs(steps) * period }
}

function stepOf(secret: string, token: string, epoch: number, steps: number): number | undefined {
  const epochTolerance = steps * period
  const result = verifySync({ ...parameters, secret, token, epoch, epochTolerance })
  return result.valid && 'timeStep' in result ? result.timeStep : undefined
}

/** What an app takes in: by camera, by link or by hand. */
export function describeSecret(secret: string, tenant: Tenant, email: string): PendingTotp {
  // a colon parts the two in what an app reads
  const issuer = tenant.name.replaceAll(/[\s:]+/g, ' ').trim()
  const uri = generateURI({ ...parameters, issuer, label: email, secret })
  return { secret, uri, qr: qrOf(uri) }
}

/** ISO/IEC 18004: a quiet zone of four. */
function qrOf(text: string): QrCode {
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  return { size, path: data.flatMap((row, y) => runsOf(row, y)).join('') }
}

/** A rectangle for each run of dark squares: half as long as one for each square. */
function runsOf(row: readonly boolean[], y: number): readonly string[] {
  const marks = row.map((dark) => (dark ? '#' : ' ')).join('')
  return Array.from(marks.matchAll(/#+/g), ({ index, 0: run }) => {
    return `M${index} ${y}h${run.length}v1h-${run.length}z`
  })
}
