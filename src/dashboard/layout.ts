import { clean } from '../words.ts'
import { type Html, foreign, html, Html as Markup } from './html.ts'
import { STYLE, STYLE_HASH } from './style.ts'

/** A page as one of pages/ makes it. */
export interface Page {
  readonly status: number
  readonly title: string
  readonly body: Html
  /** The user id that was looked for. */
  readonly sought?: string
  /** Seconds after which the browser asks again. */
  readonly refresh?: number
}

/** What is around every page. */
export interface Frame {
  readonly prefix: string
  readonly operator: string | undefined
}

/** What a page sends, whatever framework it goes through. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Nothing is loaded but the icon, no script runs, no other site can show the page in a frame. The
 * referrer stays within the site; `no-referrer` would make browsers write `Origin: null` on forms
 * (Fetch, "append a request Origin header"), and they would be taken for another site's.
 */
const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    `default-src 'none'; style-src '${STYLE_HASH}'; img-src data:; form-action 'self'; ` +
    "base-uri 'none'; frame-ancestors 'none'",
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" +
  "%3Cpath d='M1 15V9h4V5h4v6h3V7h3v8z' fill='%231c6b58'/%3E%3C/svg%3E"

const STYLE_ELEMENT = new Markup(`<style>${STYLE}</style>`)

export function answerOf({ status, title, body, sought, refresh }: Page, frame: Frame): Answer {
  const { prefix, operator } = frame
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${clean(title)}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        ${refresh !== undefined && html`<meta http-equiv="refresh" content="${refresh}" />`}
        <link rel="icon" href="${ICON}" />
        ${STYLE_ELEMENT}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <a class="home" href="?">Sessions <code>${prefix}</code></a>
          <form method="get" action="?" role="search">
            <label for="find">User id</label>
            <input
              id="find"
              name="principal"
              required
              maxlength="256"
              autocomplete="off"
              spellcheck="false"
              autocapitalize="none"
              value="${sought}"
            />
            <button>Find</button>
          </form>
        </header>
        <main id="main" tabindex="-1">${body}</main>
        <footer>
          ${operator !== undefined && html`You are ${foreign(operator)}. `}Times are UTC, by the
          clock of the store.
        </footer>
      </body>
    </html>`
  return { status, headers: HEADERS, body: String(page) }
}
