import type { Logger } from '#telemetry/telemetry.ts'

/** Keeps the sentences, prints nothing. */
export function createRecordingLogger(lines: string[]): Logger {
  const log = (message: string) => void lines.push(message)
  const logger: Logger = {
    trace: log,
    debug: log,
    info: log,
    warn: log,
    error: log,
    fatal: log,
    with: () => logger,
  }
  return logger
}
