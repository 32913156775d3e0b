import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMetrics } from './metrics.ts'

async function rendered(record: (metrics: ReturnType<typeof createMetrics>) => void) {
  const metrics = createMetrics({ version: '1.2.3' })
  record(metrics)
  return (await metrics.render()).body
}

describe('the metrics', () => {
  it('are served as Prometheus text with build and process numbers', async () => {
    const { contentType, body } = await createMetrics({ version: '1.2.3' }).render()
    assert.match(contentType, /^text\/plain; version=0\.0\.4/)
    assert.match(body, /^signet_build_info\{version="1\.2\.3",node="24\.[^"]+"\} 1$/m)
    assert.match(body, /^process_cpu_seconds_total /m)
    assert.match(body, /^nodejs_eventloop_lag_seconds /m)
  })

  it('count everything under its documented name', async () => {
    const body = await rendered((metrics) => {
      metrics.httpRequest({ route: '/interaction/:uid', method: 'GET', code: 200, seconds: 0.02 })
      metrics.signIn({ method: 'password', outcome: 'failure', reason: 'wrong_password' })
      metrics.tokenIssued({ grant: 'authorization_code', kind: 'access_token' })
      metrics.oauthError({ endpoint: 'token', error: 'invalid_grant' })
      metrics.federationRequest({ protocol: 'saml', outcome: 'success' })
      metrics.federationRequest({ protocol: 'oidc', outcome: 'failure', reason: 'errand_unknown' })
      metrics.federationLogout({ startedBy: 'them', outcome: 'failure', reason: 'replayed' })
      metrics.federationDocument({ document: 'jwks', outcome: 'failure' })
      metrics.passwordHashed(0.03)
      metrics.rateLimited('sign_in.account')
      metrics.signingKeyExpires('ES256', 1_700_000_000)
      metrics.jobRan({ job: 'sweep', outcome: 'success' })
      metrics.mailSent('sent')
    })
    for (const line of [
      'signet_http_request_duration_seconds_count{route="/interaction/:uid",method="GET",code="200"} 1',
      'signet_sign_ins_total{method="password",outcome="failure",reason="wrong_password"} 1',
      'signet_tokens_issued_total{grant="authorization_code",kind="access_token"} 1',
      'signet_oauth_errors_total{endpoint="token",error="invalid_grant"} 1',
      'signet_federation_requests_total{protocol="saml",outcome="success",reason="none"} 1',
      'signet_federation_requests_total{protocol="oidc",outcome="failure",reason="errand_unknown"} 1',
      'signet_federation_logouts_total{started_by="them",outcome="failure",reason="replayed"} 1',
      'signet_federation_documents_total{document="jwks",outcome="failure"} 1',
      'signet_password_hash_duration_seconds_count 1',
      'signet_rate_limited_total{rule="sign_in.account"} 1',
      'signet_signing_key_expiry_timestamp_seconds{algorithm="ES256"} 1700000000',
      'signet_job_runs_total{job="sweep",outcome="success"} 1',
      'signet_mail_sent_total{outcome="sent"} 1',
    ])
      assert.ok(body.includes(line), line)
  })

  it('do not let a stranger make time series', async () => {
    const body = await rendered((metrics) => {
      metrics.httpRequest({ route: '/a?b=c', method: 'BREW', code: 405, seconds: 0 })
      metrics.oauthError({ endpoint: 'token', error: 'x'.repeat(65) })
      metrics.oauthError({ endpoint: 'token', error: 'a"} 1\nforged 1' })
    })
    assert.match(body, /route="other",method="other",code="405"/)
    assert.match(body, /signet_oauth_errors_total\{endpoint="token",error="other"\} 2/)
    assert.doesNotMatch(body, /forged/)
  })

  it('of two apps in one process are apart', async () => {
    const one = await rendered((metrics) => metrics.mailSent('sent'))
    const other = await rendered(() => undefined)
    assert.match(one, /signet_mail_sent_total\{outcome="sent"\} 1/)
    assert.doesNotMatch(other, /signet_mail_sent_total\{/)
  })
})
