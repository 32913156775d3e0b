// Comfort only: every form works without it.

// A second submit within seconds is a slip. Timed: the page stays when an app takes over.
let sentAt = -Infinity
addEventListener('submit', (event) => {
  if (event.timeStamp - sentAt < 5000) return event.preventDefault()
  sentAt = event.timeStamp
  event.submitter?.setAttribute('aria-disabled', 'true')
})
addEventListener('pageshow', () => {
  sentAt = -Infinity
  document.querySelector('[aria-disabled]')?.removeAttribute('aria-disabled')
})

for (const button of document.querySelectorAll('[data-reveal]')) {
  const input = document.getElementById(button.dataset.reveal)
  const labels = [button.textContent, button.dataset.hide]
  const show = (shown) => {
    input.type = shown ? 'text' : 'password'
    button.textContent = labels[+shown]
  }
  button.hidden = false
  button.addEventListener('click', () => show(input.type === 'password'))
  // Managers save a password field.
  input.form.addEventListener('submit', () => show(false))
}
