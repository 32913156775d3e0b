import { isStrongKey, readCertificate } from '../certificate.ts'
import { namespaces } from '../names.ts'
import { attributeOf, childrenOf, plainTextOf, type XmlElement } from '../xml/xml.ts'
import { refuse } from './refusal.ts'
import type { MetadataRefusal, MetadataWarning, SamlCertificate } from './vocabulary.ts'

type Keys = {
  readonly certificates: readonly SamlCertificate[]
  readonly warnings: readonly MetadataWarning[]
}

/**
 * Check 22: the keys this role signs with; those of another role or for encryption are none (samlify takes them for such).
 * A KeyName alone is nothing to check a signature with.
 */
export function readSigningCertificates(role: XmlElement, now: number): Keys | MetadataRefusal {
  const texts = certificateTexts(role)
  if (texts.length === 0) return refuse('certificate_missing', 'no X509Certificate for signing')
  const certificates = new Map<string, SamlCertificate>()
  const warnings: MetadataWarning[] = []
  for (const text of texts) {
    const certificate = describe(text)
    if (typeof certificate === 'string')
      warnings.push({ kind: 'certificate_unusable', detail: certificate })
    else certificates.set(certificate.fingerprint, certificate)
  }
  const usable = [...certificates.values()]
  if (usable.length === 0)
    return refuse(
      'certificate_unusable',
      warnings.map((one) => ('detail' in one ? one.detail : '')).join(', '),
    )
  return {
    certificates: usable,
    warnings: [...warnings, ...usable.flatMap((one) => dateWarnings(one, now))],
  }
}

/** For signing, or for both when no use is named. Of a chain the first: what follows it signed it, not messages. */
function certificateTexts(role: XmlElement): readonly string[] {
  return childrenOf(role, namespaces.metadata, 'KeyDescriptor')
    .filter((key) => (attributeOf(key, 'use') ?? 'signing') === 'signing')
    .flatMap((key) => childrenOf(key, namespaces.signature, 'KeyInfo'))
    .flatMap((info) => childrenOf(info, namespaces.signature, 'X509Data'))
    .flatMap((data) => childrenOf(data, namespaces.signature, 'X509Certificate').slice(0, 1))
    .map((certificate) => plainTextOf(certificate) ?? '')
}

/** The certificate, or what is wrong with it. */
function describe(text: string): SamlCertificate | string {
  const certificate = readCertificate(text)
  if (!certificate) return 'not a certificate'
  const { publicKey } = certificate
  if (!isStrongKey(publicKey)) {
    const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {}
    return `${publicKey.asymmetricKeyType} ${modulusLength ?? namedCurve ?? ''}`.trim()
  }
  return {
    der: certificate.raw.toString('base64'),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    subject: certificate.subject,
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
  }
}

function dateWarnings(
  { fingerprint, notBefore, notAfter }: SamlCertificate,
  now: number,
): readonly MetadataWarning[] {
  if (notAfter.getTime() <= now) return [{ kind: 'certificate_expired', fingerprint }]
  if (notBefore.getTime() > now) return [{ kind: 'certificate_not_yet_valid', fingerprint }]
  return []
}
