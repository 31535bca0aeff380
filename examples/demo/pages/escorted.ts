import { html } from '../html.ts'
import { GOODBYE, goodbye } from './goodbye.ts'
import { layout, sign } from './layout.ts'

/** The goodbye on a page of its own, for browsers without scripts and forms that came too late. */
export function escortedPage(reason: string | undefined): string {
  return layout({
    title: `${GOODBYE} · The Lingering Leaf`,
    content: html`<main class="narrow">
      <p>${sign()}</p>
      <section class="card escorted" aria-labelledby="title">
        ${goodbye(html`<h1 id="title">${GOODBYE}</h1>`, reason)}
      </section>
    </main>`,
  })
}
