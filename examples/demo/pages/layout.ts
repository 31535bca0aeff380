import type { Session } from 'sojourn'
import { type Html, html } from '../html.ts'
import { secondsLeft } from '../session.ts'
import { goodbyeDialog } from './goodbye.ts'

export interface Layout {
  readonly title: string
  readonly content: Html
  /** Of whoever looks at the page; the page says so when their visit is over. */
  readonly session?: Session
}

export function layout({ title, content, session }: Layout): string {
  const visit = session?.isNew === false && session
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="/leaf.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/shop.css" />
        <link rel="stylesheet" href="/people.css" />
        <script src="/shop.js" type="module"></script>
        ${visit && withoutScripts(secondsLeft(visit) + 1)}
      </head>
      <body ${visit && visitData(visit)}>
        ${content} ${visit && goodbyeDialog()}
      </body>
    </html>`
  return page.toString()
}

/**
 * What the scripts know of a visit. They get the seconds that are left and no time of day, because
 * clocks in browsers are often wrong. The id opens nothing.
 */
function visitData(session: Session): Html {
  return html`data-visit="${session.id}" data-seconds-left="${secondsLeft(session)}"
  data-timeout="${session.timeout}"`
}

/** A browser without scripts is led to the door when its time is up. */
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
