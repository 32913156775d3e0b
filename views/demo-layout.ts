import { html, type Html } from './html.ts'
import { head } from './layout.ts'
import { messagesFor, type Locale } from './messages.ts'

/** A page of the demo's other hosts: only what they can serve themselves. */
export type DemoFrame = {
  readonly locale: Locale
  readonly assets: (file: string) => string
}

export type DemoContent = {
  /** Whose page it is. */
  readonly masthead: Html
  readonly title: string
  readonly lead: Html
  readonly body: Html
  readonly failed: boolean
  readonly width?: 'wide'
}

// Looks like somebody else's on purpose: people must see when they leave Signet.
export function demoLayout(frame: DemoFrame, content: DemoContent): Html {
  const { dir, text } = messagesFor(frame.locale)
  const title = content.failed ? text('title.error', { title: content.title }) : content.title
  return html`<!doctype html>
    <html lang="${frame.locale}" dir="${dir}" class="demo">
      <head>
        ${head({ title, assets: frame.assets })}
      </head>
      <body>
        <header class="masthead">
          <span class="tenant">${content.masthead}</span>
        </header>
        <main class="${content.width ?? 'card'}">
          <h1>${content.title}</h1>
          <p class="lead">${content.lead}</p>
          ${content.body}
        </main>
        <footer class="colophon"></footer>
      </body>
    </html> `
}
