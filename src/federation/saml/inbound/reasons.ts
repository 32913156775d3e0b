import { toPlainLine } from '#kit/text.ts'

/** For the log, the audit event and the administrator's test page; who signs in reads one sentence for all (check 23). */
export type SamlRefusal = {
  readonly kind: 'refused'
  readonly reason: SamlReason
  /** What was found, bounded and without control characters. Log only. */
  readonly detail: string
}

export const samlReasons = [
  // 1 intake
  'not_base64',
  'not_deflated',
  'too_large',
  'not_utf8',
  // 2 text
  'control_character',
  'markup_forbidden',
  'not_well_formed',
  // 3 document
  'too_complex',
  'namespace_invalid',
  'id_invalid',
  // 4 root, one assertion
  'root_unexpected',
  'assertion_count',
  'message_nested',
  // 5, 6 signatures, before any cryptography
  'signature_missing',
  'signature_misplaced',
  'signature_malformed',
  'signature_reference',
  'signature_transform',
  'algorithm_refused',
  // 7, 8, 9
  'no_certificate',
  'certificate_unusable',
  'signature_invalid',
  // 10 the message
  'version_unsupported',
  'stale',
  'destination_wrong',
  'issuer_wrong',
  'status_not_success',
  // 11 the assertion
  'assertion_version',
  'assertion_stale',
  'assertion_issuer',
  'name_id_invalid',
  // 12
  'conditions_missing',
  'condition_unknown',
  'not_yet_valid',
  'expired',
  'audience_missing',
  'audience_wrong',
  // 13
  'confirmation_missing',
  'confirmation_malformed',
  'recipient_wrong',
  'confirmation_expired',
  'in_response_to_mismatch',
  // 14
  'authn_statement_missing',
  'authn_instant_invalid',
  'session_expired',
  // 15
  'unsolicited',
  'not_requested',
  // 17
  'attributes_excessive',
  // 18
  'encryption_unauthenticated',
  'encryption_refused',
  'decryption_failed',
  // 19
  'query_malformed',
  'parameter_repeated',
  'parameter_disguised',
  'parameters_contradict',
  // 20
  'session_index_invalid',
] as const
/** Stable: they stand in audit events and metrics. */
export type SamlReason = (typeof samlReasons)[number]

export function refuse(reason: SamlReason, detail: string): SamlRefusal {
  return { kind: 'refused', reason, detail: toPlainLine(detail) }
}

export function isRefused<T>(value: T | SamlRefusal): value is SamlRefusal {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'refused'
}

/** The first that refuses; undefined when none does. */
export function firstRefusal<Scene>(
  scene: Scene,
  checks: readonly ((scene: Scene) => SamlRefusal | undefined)[],
): SamlRefusal | undefined {
  for (const check of checks) {
    const refusal = check(scene)
    if (refusal) return refusal
  }
  return undefined
}
