import { type Html, html } from '../html.ts'
import { closedSign } from './drawings.ts'

export const GOODBYE = 'You were escorted out'

/** Stands ready in the page and is opened by the script: when the clock has run down, or told to. */
export function goodbyeDialog(): Html {
  return html`<dialog class="escorted" id="escorted" aria-labelledby="escorted-title">
    ${goodbye(html`<h2 id="escorted-title">${GOODBYE}</h2>`, undefined)}
  </dialog>`
}

/** With the reason, where there is one; else it was the clock. */
export function goodbye(heading: Html, reason: string | undefined): Html {
  const idled = 'You stood about for a while, so we held the door for you.'
  return html`${closedSign()} ${heading}
    <p data-why>${reason ?? idled}</p>
    <p>
      What was in your basket is back on the shelves, and your session is deleted. You are welcome
      to come in again.
    </p>
    <p><a class="button" href="/">Come in again</a></p>`
}
