import { readFileSync } from 'node:fs'
import { Reader } from 'mmdb-lib'
import { z } from 'zod'
import { AppError } from '#kit/errors.ts'
import { canonicalIp } from '#http/networks.ts'
import type { Geography, Place } from './session.ts'

/** What GeoLite2 and its like hold of an address, as far as a person is shown it. */
const record = z.object({
  city: z.object({ names: z.object({ en: z.string().min(1).max(100) }) }).optional(),
  country: z.object({ iso_code: z.string().regex(/^[A-Z]{2}$/) }).optional(),
  location: z
    .object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })
    .optional(),
})

/**
 * Places from a file in MaxMind's format, held in memory. A place is a help for recognition, and one sign of several for how
 * doubtful a sign-in is: what the file does not hold, or holds in another form, is undefined. Throws `AppError` when the file is none of that format.
 */
export function createGeography(file: string | undefined): Geography {
  if (file === undefined) return () => undefined
  const reader = open(file)
  return (ip) => {
    const address = canonicalIp(ip)
    return address === undefined ? undefined : placeOf(look(reader, address))
  }
}

function open(file: string): Reader<never> {
  try {
    return new Reader<never>(readFileSync(file))
  } catch (cause) {
    throw new AppError({
      code: 'session.geoip_unreadable',
      status: 500,
      message: `GEOIP_FILE is not a readable MaxMind database (.mmdb): ${file}`,
      cause,
    })
  }
}

function look(reader: Reader<never>, address: string): unknown {
  try {
    return reader.get(address)
  } catch {
    return undefined // a damaged file, or an IPv6 address in one for IPv4: nobody is kept out by it
  }
}

function placeOf(found: unknown): Place | undefined {
  const { data } = record.safeParse(found)
  const city = data?.city?.names.en
  const country = data?.country?.iso_code
  if (city === undefined && country === undefined) return undefined
  const position = data?.location
  return { city, country, ...(position && { position }) }
}
