import { STATUS_CODES } from 'node:http'
import { type Html, html } from '../html.ts'
import { layout, sign } from './layout.ts'

/** What went wrong, in words for the person who sees it. */
const WORDS: Readonly<Record<number, readonly [title: string, text: string]>> = {
  403: [
    'That form was not from this visit',
    'It came from another site, or from a page that is older than your session. Nothing was ' +
      'changed. Open the shop again and repeat what you wanted to do.',
  ],
  404: ['There is nothing here', 'We keep six teas, and no such page.'],
  409: [
    'Your session has changed meanwhile',
    'Another window signed in or out. Nothing was saved.',
  ],
  503: [
    'We cannot look up who you are just now',
    'The store with the sessions does not answer. Your basket is not lost: try again in a moment.',
  ],
}

export function problemPage(status: number): string {
  const [title, text] = WORDS[status] ?? [STATUS_CODES[status] ?? 'Error', 'That did not work.']
  return page(status, title, text, html`<a class="button" href="/">To the shop</a>`)
}

export function ownerOnlyPage(): string {
  const text = 'Who is in the shop, and who is asked to leave, is the owner’s business.'
  const link = html`<a class="button" href="/sign-in">Sign in as the owner</a>`
  return page(403, 'Only the owner sees the shop floor', text, link)
}

function page(status: number, title: string, text: string, link: Html): string {
  return layout({
    title: `${title} · The Lingering Leaf`,
    content: html`<main class="narrow">
      <p>${sign()}</p>
      <section class="card" aria-labelledby="title">
        <p class="hint">${status}</p>
        <h1 id="title">${title}</h1>
        <p>${text}</p>
        <p>${link}</p>
      </section>
    </main>`,
  })
}
