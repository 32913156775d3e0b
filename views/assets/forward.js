// Sends the form of this page on; without it a button does.
document.querySelector('form[data-forward]')?.requestSubmit()
