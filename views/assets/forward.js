// Sends the form of this page on, or follows its link; without it a button does. Whoever comes back is not sent there again.
const [visit] = performance.getEntriesByType('navigation')
if (visit?.type !== 'back_forward') {
  document.querySelector('form[data-forward]')?.requestSubmit()
  document.querySelector('a[data-forward]')?.click()
}
