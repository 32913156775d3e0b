import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
} from 'prom-client'
import type { Metrics } from './telemetry.ts'

/** One registry per call: two apps in one process, as in tests, do not share numbers. */
export function createMetrics(build: {
  readonly version: string
  /** This process is a worker: whoever supervises it may ask for its numbers. */
  readonly isWorker?: boolean | undefined
}): Metrics {
  const registry = new Registry()
  if (build.isWorker === true) answerSupervisor(registry)
  collectDefaultMetrics({ register: registry })
  const meters = createMeters(registry)
  meters.build.set({ version: build.version, node: process.versions.node }, 1)

  return {
    httpRequest({ route, method, code, seconds }) {
      const labels = { route: routeLabel(route), method: methodLabel(method), code: String(code) }
      meters.http.observe(labels, seconds)
    },
    signIn({ method, outcome, reason = 'none' }) {
      meters.signIns.inc({ method: word(method), outcome, reason: word(reason) })
    },
    tokenIssued: ({ grant, kind }) => meters.tokens.inc({ grant: word(grant), kind: word(kind) }),
    oauthError({ endpoint, error }) {
      meters.oauthErrors.inc({ endpoint: word(endpoint), error: word(error) })
    },
    federationRequest({ protocol, outcome, reason = 'none' }) {
      meters.federation.inc({ protocol, outcome, reason: word(reason) })
    },
    federationLogout({ startedBy, outcome, reason = 'none' }) {
      meters.federationLogouts.inc({ started_by: startedBy, outcome, reason: word(reason) })
    },
    federationDocument: (read) => meters.federationDocuments.inc({ ...read }),
    passwordHashed: (seconds) => meters.passwordHash.observe(seconds),
    rateLimited: (rule) => meters.rateLimited.inc({ rule: word(rule) }),
    sprayAlarm: (from) => meters.sprayAlarms.inc({ from }),
    riskEvaluated: (level) => meters.risks.inc({ level: word(level) }),
    breachLookup: (outcome) => meters.breachLookups.inc({ outcome }),
    signingKeyExpires: (algorithm, at) => meters.keyExpiry.set({ algorithm: word(algorithm) }, at),
    jobRan: ({ job, outcome }) => meters.jobs.inc({ job: word(job), outcome }),
    mailSent: (outcome) => meters.mail.inc({ outcome }),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}

/** The sum of what the workers of this process count. */
export function createWorkerMetrics(): Pick<Metrics, 'render'> {
  const workers = new AggregatorRegistry()
  return {
    render: async () => ({
      contentType: workers.contentType,
      body: await workers.clusterMetrics(),
    }),
  }
}

function answerSupervisor(registry: Registry): void {
  AggregatorRegistry.setRegistries([registry])
  // only listening answers, and only making one listens
  void new AggregatorRegistry()
}

function createMeters(registry: Registry) {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `signet_${name}`, help, labelNames, registers })
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Gauge({ name: `signet_${name}`, help, labelNames, registers })

  return {
    build: gauge('build_info', 'Version of Signet and of Node; always 1.', ['version', 'node']),
    http: new Histogram({
      name: 'signet_http_request_duration_seconds',
      help: 'Time to answer, by route pattern.',
      labelNames: ['route', 'method', 'code'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    passwordHash: new Histogram({
      name: 'signet_password_hash_duration_seconds',
      help: 'Time of one argon2id computation, without the time it waited.',
      buckets: [0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.5, 1],
      registers,
    }),
    signIns: counter('sign_ins_total', 'Sign-in attempts.', ['method', 'outcome', 'reason']),
    tokens: counter('tokens_issued_total', 'Tokens issued.', ['grant', 'kind']),
    oauthErrors: counter('oauth_errors_total', 'Protocol errors answered.', ['endpoint', 'error']),
    federation: counter('federation_requests_total', 'Answers of other identity providers.', [
      'protocol',
      'outcome',
      'reason',
    ]),
    federationLogouts: counter('federation_logouts_total', 'Single logouts, by who began them.', [
      'started_by',
      'outcome',
      'reason',
    ]),
    federationDocuments: counter(
      'federation_documents_total',
      'Documents read from other identity providers.',
      ['document', 'outcome'],
    ),
    rateLimited: counter('rate_limited_total', 'Requests refused by a limit.', ['rule']),
    sprayAlarms: counter('spray_alarms_total', 'Passwords tried on many accounts of a tenant.', [
      'from',
    ]),
    risks: counter('risk_evaluations_total', 'Sign-ins by how doubtful they were.', ['level']),
    breachLookups: counter('breach_lookups_total', 'Answers of the breached-password service.', [
      'outcome',
    ]),
    keyExpiry: gauge('signing_key_expiry_timestamp_seconds', 'Earliest end of a signing key.', [
      'algorithm',
    ]),
    jobs: counter('job_runs_total', 'Background jobs run.', ['job', 'outcome']),
    mail: counter('mail_sent_total', 'Mails handed over.', ['outcome']),
  }
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

// A method is whatever a stranger sends: only the known ones become a time series.
function methodLabel(method: string): string {
  return methods.has(method) ? method : 'other'
}

/** Grant types are URNs and errors are words; anything longer or stranger is somebody's input. */
function word(value: string): string {
  return /^[A-Za-z][A-Za-z0-9_.:-]{0,63}$/.test(value) ? value : 'other'
}

function routeLabel(route: string): string {
  return /^\/[A-Za-z0-9_.:/{}*-]{0,99}$/.test(route) ? route : 'other'
}
