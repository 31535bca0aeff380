import { type Html, html } from '../html.ts'

export interface Layout {
  readonly title: string
  readonly content: Html
  /** Seconds after which a browser without scripts is led to the door. */
  readonly escortedAfter?: number
}

export function layout({ title, content, escortedAfter }: Layout): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="/leaf.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/shop.css" />
        <script src="/shop.js" type="module"></script>
        ${escortedAfter !== undefined && withoutScripts(escortedAfter)}
      </head>
      <body>
        ${content}
      </body>
    </html>`
  return page.toString()
}

function withoutScripts(seconds: number): Html {
  return html`<noscript
    ><meta http-equiv="refresh" content="${seconds}; url=/escorted"
  /></noscript>`
}

/** The shop's name over the door, as a way home. */
export function sign(): Html {
  return html`<a class="sign" href="/">The Lingering Leaf</a>`
}

/** Every form that posts: with the token where there is a session. */
export function tokenField(token: string | undefined): Html | undefined {
  return token === undefined
    ? undefined
    : html`<input type="hidden" name="token" value="${token}" />`
}
