// Comfort only: the codes can be selected, and come as a file, without it.
const button = (name) => document.querySelector(`[data-codes="${name}"]`)

function offer(name, does) {
  button(name).hidden = false
  button(name).addEventListener('click', does)
}

function copy() {
  const codes = [...document.querySelectorAll('.codes li')].map((item) => item.textContent.trim())
  void navigator.clipboard.writeText(codes.join('\n')).then(() => {
    button('done').textContent = button('copy').dataset.done
  })
}

if (navigator.clipboard) offer('copy', copy)
offer('print', () => print())
