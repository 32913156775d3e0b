import { html, type Html } from '../html.ts'
import type { Messages } from '../messages.ts'
import { postForm, quietButton } from './form.ts'

/** How somebody can prove more than they have. */
export type Way = 'passkey' | 'totp' | 'email_code' | 'password' | 'recovery_code'

/** "Try another way": a list of buttons, each posts `way`. Nothing where there is no other. */
export function otherWays(
  props: { readonly action: string; readonly token: Html; readonly ways: readonly Way[] },
  { t }: Messages,
): Html | false {
  const { action, token, ways } = props
  if (ways.length === 0) return false
  return postForm(
    { action, token },
    html`<div class="ways">
      <p class="field-hint" id="ways">${t('second_step.others')}</p>
      <ul aria-labelledby="ways">
        ${ways.map((way) => html`<li>${quietButton(t(`second_step.way_${way}`), html`name="way" value="${way}"`)}</li>`)}
      </ul>
    </div>`,
  )
}

/** Posts `trust` with `yes`. Never ticked by us: what it gives up is the person's own to give up. */
export function trustBox(days: number, { t }: Messages): Html | false {
  if (days === 0) return false
  return html`<div class="tick">
    <input type="checkbox" id="trust" name="trust" value="yes" />
    <label for="trust">${t('second_step.trust', { count: days })}</label>
  </div>`
}
