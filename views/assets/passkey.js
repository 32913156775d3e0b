// Passkeys (WebAuthn L3), for forms that say what they want. Where there is no support they stay as they were sent.
const { PublicKeyCredential: keys } = globalThis
const stale = 240_000 // a challenge is good for five minutes

if (keys?.parseRequestOptionsFromJSON)
  for (const form of document.querySelectorAll('[data-passkey]')) offer(form)

// What this browser should keep: { signalUnknownCredential: { rpId, credentialId } }
for (const { dataset } of document.querySelectorAll('[data-signals]'))
  for (const [signal, what] of Object.entries(JSON.parse(dataset.signals)))
    keys?.[signal]?.(what).catch(() => {})

function offer(form) {
  const { passkey: ceremony, options, autofill } = form.dataset
  const parse = ceremony === 'get' ? 'parseRequestOptionsFromJSON' : 'parseCreationOptionsFromJSON'
  const button = form.querySelector('button')
  const status = form.querySelector('[role=status]')
  let quiet = new AbortController()
  let busy = false

  async function ask(more) {
    const platform = await keys.isUserVerifyingPlatformAuthenticatorAvailable?.()
    const body = new URLSearchParams({ csrf: form.elements.csrf.value, platform })
    const answer = await fetch(options, { method: 'POST', body, redirect: 'manual', ...more })
    const publicKey = keys[parse](await answer.json())
    const credential = await navigator.credentials[ceremony]({ publicKey, ...more })
    form.elements.credential.value = JSON.stringify(credential)
    form.requestSubmit()
  }

  // Nobody asked for this one: when it fails, the page says nothing.
  async function listen() {
    quiet = new AbortController()
    const late = AbortSignal.timeout(stale)
    const signal = AbortSignal.any([quiet.signal, late])
    await ask({ signal, mediation: 'conditional' }).catch(() => {})
    if (late.aborted && !quiet.signal.aborted) await listen()
  }

  async function listenAgain() {
    if (autofill !== undefined && (await keys.isConditionalMediationAvailable?.())) await listen()
  }

  async function press() {
    if (busy) return
    busy = true
    quiet.abort()
    status.textContent = form.dataset.waiting
    try {
      await ask()
    } catch ({ name }) {
      if (name === 'SyntaxError') return location.reload() // no JSON: the page is out of date, and will say so
      status.textContent = form.dataset[name === 'InvalidStateError' ? 'taken' : 'failed']
      void listenAgain()
    }
    busy = false
  }

  button.addEventListener('click', press)
  for (const one of form.querySelectorAll('[data-unsupported]')) one.hidden = true
  button.hidden = form.hidden = false
  void listenAgain()
}
