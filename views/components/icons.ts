import { html, type Html } from '../html.ts'

// Paths of Lucide (ISC), drawn in the colour of the text and unseen by screen readers.
const icon = (kind: string, paths: Html): Html =>
  html`<svg
    class="icon ${kind}"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    ${paths}
  </svg>`

export const icons = {
  problem: icon('problem', html`<circle cx="12" cy="12" r="10" /> <path d="M12 8v4M12 16h.01" />`),
  caution: icon(
    'caution',
    html`<path d="m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3Z" />
      <path d="M12 9v4M12 17h.01" />`,
  ),
  done: icon('done', html`<circle cx="12" cy="12" r="10" /> <path d="m8.5 12.5 2.5 2.5 5-5.5" />`),
  check: icon('check', html`<path d="M20 6 9 17l-5-5" />`),
  person: icon('person', html`<circle cx="12" cy="8" r="4.5" /> <path d="M4 21a8 8 0 0 1 16 0" />`),
} as const
