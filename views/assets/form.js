// Comfort only: every form works without it.

// A second submit within seconds is a slip. Timed: the page stays when an app or a download takes over.
const ready = () => document.querySelector('[aria-disabled]')?.removeAttribute('aria-disabled')
addEventListener('submit', (event) => {
  if (event.target.querySelector('[aria-disabled]')) return event.preventDefault()
  event.submitter?.setAttribute('aria-disabled', 'true')
  setTimeout(ready, 5000)
})
addEventListener('pageshow', ready)

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
