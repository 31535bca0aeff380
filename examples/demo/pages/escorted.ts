import { type Html, html } from '../html.ts'
import { layout, sign } from './layout.ts'
import { closedSign } from './drawings.ts'

const TITLE = 'You were escorted out'

/** Stands ready in the page and is opened by the script when the clock has run down. */
export function escortedDialog(): Html {
  return html`<dialog class="escorted" id="escorted" aria-labelledby="escorted-title">
    ${goodbye(html`<h2 id="escorted-title">${TITLE}</h2>`)}
  </dialog>`
}

/** The same on a page of its own, for browsers without scripts and forms that came too late. */
export function escortedPage(): string {
  return layout({
    title: `${TITLE} · The Lingering Leaf`,
    content: html`<main class="narrow">
      <p>${sign()}</p>
      <section class="card escorted" aria-labelledby="title">
        ${goodbye(html`<h1 id="title">${TITLE}</h1>`)}
      </section>
    </main>`,
  })
}

function goodbye(heading: Html): Html {
  return html`${closedSign()} ${heading}
    <p>
      You stood about for a while, so we held the door for you. Your basket is back on the shelves
      and nothing about you is stored any more.
    </p>
    <p>You are welcome to come in again.</p>
    <p><a class="button" href="/">Come in again</a></p>`
}
