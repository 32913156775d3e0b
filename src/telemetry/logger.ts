import { pino, type DestinationStream, type LoggerOptions, type Logger as Pino } from 'pino'
import { build as prettyStream } from 'pino-pretty'
import { allowListed, scrub } from './redaction.ts'
import { currentRequestId } from './request-context.ts'
import type { Log, LogFields, Logger } from './telemetry.ts'

export type LoggerConfig = {
  readonly level: string
  readonly pretty: boolean
  /** Where lines go; standard output unless a test listens. */
  readonly destination?: DestinationStream | undefined
}

/** JSON lines; made for people only where a person looks. */
export function createLogger({ level, pretty, destination }: LoggerConfig): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: (described: unknown) => described }, // pino's own would rewrite what is already scrubbed
  }
  return wrap(pino(options, destination ?? standardOutput(pretty)), {})
}

function standardOutput(pretty: boolean): DestinationStream {
  if (pretty) return prettyStream({ sync: true, singleLine: true, translateTime: 'SYS:HH:MM:ss' })
  return pino.destination({ sync: false })
}

/** Our own words around pino, so that nothing but an allow-listed object can ever reach it. */
function wrap(line: Pino, standing: LogFields): Logger {
  const log =
    (level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'): Log =>
    (message, fields) => {
      if (!line.isLevelEnabled(level)) return
      const requestId = currentRequestId()
      const kept = allowListed({ ...standing, ...fields })
      line[level](
        requestId === undefined ? kept : { request_id: requestId, ...kept },
        scrub(message),
      )
    }

  return {
    trace: log('trace'),
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    fatal: log('fatal'),
    with: (fields) => wrap(line, { ...standing, ...fields }),
  }
}

/** For tests and for code that is built without an operator. */
export const silentLogger: Logger = createLogger({
  level: 'silent',
  pretty: false,
  destination: { write: () => undefined },
})
