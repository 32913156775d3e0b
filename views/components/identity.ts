import { html, type Html } from '../html.ts'

/**
 * Whose password is typed below, as a field, so that password managers save the pair. Only for them: the server knows
 * whose it is. `change`: what leads to another address.
 */
export function identity(email: string, label: Html, change?: Html | false): Html {
  return html`<div class="identity">
    <label for="email">${label}</label>
    <input
      id="email"
      name="email"
      type="email"
      autocomplete="username"
      dir="ltr"
      value="${email}"
      readonly
    />
    ${change}
  </div>`
}
