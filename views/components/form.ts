import { href, html, type Html, type Part } from '../html.ts'
import { icons } from './icons.ts'

/** A plain POST form. `novalidate`: what is wrong is said in our words, in the page's language. */
export function postForm(
  form: { readonly action: string; readonly token: Html; readonly id?: string },
  body: Part,
): Html {
  return html`<form
    method="post"
    action="${href(form.action)}"
    ${form.id === undefined ? '' : html`id="${form.id}"`}
    novalidate
  >
    ${form.token}${body}
  </form>`
}

/** Q67: every form of ours carries the session's token. */
export function csrfField(token: string): Html {
  return hiddenField('csrf', token)
}

export function hiddenField(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}" />`
}

export type Field = {
  /** Also its id, unless there are several. */
  readonly name: string
  readonly id?: string | undefined
  readonly label: Html
  /** Everything of the input besides id, name, value and what follows from `error`. */
  readonly input: Html
  readonly value?: string | undefined
  /** What to know before filling it in; read out with the label. */
  readonly hint?: Html | undefined
  readonly error?: Html | false | undefined
  readonly autofocus?: boolean | undefined
  /** Stands after the input. */
  readonly after?: Html | undefined
}

/** A label, its input, and what is wrong with it. An invalid field takes the focus. */
export function field(props: Field): Html {
  const { name, id = name, error, hint } = props
  const value = props.value !== undefined && html`value="${props.value}"`
  const described = [error ? `${id}-error` : '', hint ? `${id}-hint` : ''].filter(Boolean)
  const invalid = error && html`aria-invalid="true"`
  const describedBy = described.length > 0 && html`aria-describedby="${described.join(' ')}"`
  const autofocus = (props.autofocus ?? Boolean(error)) && html`autofocus`
  return html`<div class="field">
    <label for="${id}">${props.label}</label>
    <div class="control">
      <input
        id="${id}"
        name="${name}"
        ${props.input}
        ${value}
        ${invalid}
        ${describedBy}
        ${autofocus}
      />${props.after}
    </div>
    ${error && html`<p class="field-error" id="${id}-error">${icons.problem}<span>${error}</span></p>`}
    ${hint && html`<p class="field-hint" id="${id}-hint">${hint}</p>`}
  </div>`
}

/** What went wrong with the whole form or page. Read out at once, and focused. */
export function alert(message: Html): Html {
  return html`<div class="alert" role="alert" tabindex="-1" autofocus>
    ${icons.problem}
    <p>${message}</p>
  </div>`
}

/** The same, where it is all the page has to say. */
export function statement(message: Html): Html {
  return html`<p class="statement" role="alert" tabindex="-1" autofocus>${message}</p>`
}

/** The one warning a screen may have. */
export function warning(message: Html): Html {
  return html`<div class="warning">
    ${icons.caution}
    <p>${message}</p>
  </div>`
}

/** Something worth knowing, without any urgency. */
export function note(message: Html): Html {
  return html`<p class="note">${message}</p>`
}

export function primaryButton(label: Html, attributes?: Html): Html {
  return html`<button class="button primary" ${attributes}>${label}</button>`
}

export function secondaryButton(label: Html, attributes?: Html): Html {
  return html`<button class="button" ${attributes}>${label}</button>`
}

/** A button that reads as a link, for what is not the point of the page. */
export function quietButton(label: Html, attributes?: Html): Html {
  return html`<button class="quiet" ${attributes}>${label}</button>`
}

/** For what takes something away. */
export function dangerButton(label: Html): Html {
  return html`<button class="button danger">${label}</button>`
}

/** Another way on, below the point of the page. `hint`: what to know before taking it. */
export function otherWay(
  form: { readonly action: string; readonly token: Html },
  button: Html,
  hint?: Html,
): Html {
  return postForm(
    form,
    html`${hint && html`<p class="field-hint">${hint}</p>`}
      <p class="way">${button}</p>`,
  )
}

export function primaryLink(address: string, label: Html): Html {
  return html`<a class="button primary" href="${href(address)}">${label}</a>`
}

export function secondaryLink(address: string, label: Html): Html {
  return html`<a class="button" href="${href(address)}">${label}</a>`
}
