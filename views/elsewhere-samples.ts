import { elsewhereFailedPage, elsewhereProblems, nobodyLeftPage } from './elsewhere-failed.ts'
import { emailCodePage } from './email-code.ts'
import { forwardLinkPage, forwardPage } from './forward.ts'
import { handOffPage } from './hand-off.ts'
import { identifierPage } from './identifier.ts'
import { linkFirstPage } from './link-first.ts'
import {
  signOutRefusedPage,
  signOutTherePage,
  signOutUnconfirmedPage,
} from './sign-out-elsewhere.ts'
import type { Samples, Stage } from './stage.ts'

const csrf = 'sample-token'

export function elsewhereSamples(stage: Stage): Samples {
  const { page, text, url } = stage
  const connection = text('Acme Corp')
  const email = text('ada@acme.test')
  const anotherAction = url('/interaction/sample/another')
  const leaveUrl = url('/interaction/sample/leave/acme')
  const hereAction = url('/interaction/sample/sign-in-here')
  const handOff = {
    page,
    csrf,
    connection,
    leaveUrl,
    email,
    clientName: text('Payroll'),
    changeAction: anotherAction,
    hereAction,
  }
  const action = url('/interaction/sample/link-first')
  return {
    'identifier-elsewhere': identifierPage({
      page,
      csrf,
      action: url('/interaction/sample/identifier'),
      clientName: text('Payroll'),
      registerAction: url('/interaction/sample/start-registration'),
      connections: [
        { name: text('Google'), leaveUrl: url('/interaction/sample/leave/google') },
        { name: connection, leaveUrl },
      ],
    }),
    'hand-off': handOffPage(handOff),
    'hand-off-enforced': handOffPage({ ...handOff, hereAction: undefined }),
    'hand-off-hinted': handOffPage({ ...handOff, email: undefined }),
    'link-first': linkFirstPage({ page, csrf, action, connection, email, anotherAction }),
    forward: forwardPage({
      page,
      connection,
      action: url('https://idp.acme.test/sso'),
      fields: { SAMLRequest: 'PHNhbWw+', RelayState: 'r' },
    }),
    'forward-link': forwardLinkPage({
      page,
      connection,
      address: url('https://idp.acme.test/authorize'),
    }),
    'elsewhere-nobody-left-error': nobodyLeftPage({ page, reference: text('7K3F-9QZD') }),
    ...verifying(stage),
    ...signingOut(stage),
    ...failed(stage),
  }
}

function verifying({ page, text, url }: Stage): Samples {
  const base = {
    page,
    csrf,
    connection: text('Acme Corp'),
    email: text('ada@acme.test'),
    purpose: 'register',
    action: url('/interaction/sample/elsewhere-code'),
    sendAction: url('/interaction/sample/send-elsewhere-code'),
    changeAction: url('/interaction/sample/another'),
  } as const
  return {
    'elsewhere-verify': emailCodePage({ ...base, sent: undefined }),
    'elsewhere-verify-sent': emailCodePage({ ...base, sent: { resendIn: 40 } }),
  }
}

function signingOut({ page, text, url }: Stage): Samples {
  const connection = text('Acme Corp')
  const nextUrl = url('https://app.example.test/signed-out')
  const to = { page, connection, nextUrl }
  const reference = text('7K3F-9QZD')
  const fields = { SAMLRequest: 'PHNhbWw+', RelayState: 'r' }
  return {
    'sign-out-there': signOutTherePage({
      ...to,
      way: { kind: 'redirect', url: url('https://idp.acme.test/slo?SAMLRequest=fZ') },
    }),
    'sign-out-there-post': signOutTherePage({
      ...to,
      way: { kind: 'form', action: url('https://idp.acme.test/slo'), fields },
    }),
    'sign-out-unconfirmed': signOutUnconfirmedPage({ ...to, reference }),
    'sign-out-refused-error': signOutRefusedPage({ page, reference, accountUrl: url('/account') }),
  }
}

function failed({ page, text, url }: Stage): Samples {
  const base = {
    page,
    csrf,
    connection: text('Acme Corp'),
    reference: text('7K3F-9QZD'),
    otherAction: url('/interaction/sample/another'),
  }
  const retryUrl = url('/interaction/sample/leave/acme')
  const pages = elsewhereProblems.map(
    (problem) =>
      [
        `elsewhere-${problem.replaceAll('_', '-')}-error`,
        elsewhereFailedPage({ ...base, problem, retryUrl }),
      ] as const,
  )
  const final = elsewhereFailedPage({ ...base, problem: 'no_account', retryUrl: undefined })
  return { ...Object.fromEntries(pages), 'elsewhere-final-error': final }
}
