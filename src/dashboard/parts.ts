import type { SessionSummary } from '../lifecycle/summary.ts'
import { duration, instant, iso } from '../words.ts'
import { type Html, foreign, html } from './html.ts'

/** A link within the dashboard, which is one page with many queries: wherever it is mounted. */
export function to(query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  return `?${new URLSearchParams(given as [string, string][]).toString()}`
}

/** `5 min ago`, `in 3 h`. A record can say an instant that no Date can. */
export function ago(date: Date, now: number): Html {
  const ms = date.getTime() - now
  if (Math.abs(ms) < 1000) return time(date, 'now')
  return time(date, ms > 0 ? `in ${duration(ms)}` : `${duration(-ms)} ago`)
}

/** An instant, to the second. */
export function moment(date: Date): Html {
  return time(date, instant(date.getTime()).replace('Z', ''))
}

function time(date: Date, says: string): Html {
  const ms = date.getTime()
  return Number.isNaN(ms) ? html`unknown` : html`<time datetime="${iso(ms)}">${says}</time>`
}

/** Whoever has a session, with a link to all that are theirs. */
export function whose(principal: string | null): Html {
  if (principal === null) return html`<span class="soft">a visitor</span>`
  return html`<a href="${to({ principal })}">${foreign(principal)}</a>`
}

/** Where somebody signed in, as far as the application noted it. */
export function client({ userAgent, address }: SessionSummary): Html | undefined {
  if (userAgent === null && address === null) return undefined
  const both = userAgent !== null && address !== null
  return html`${address !== null && foreign(address)}${both && ', '}${userAgent !== null && foreign(userAgent)}`
}

/** A form that asks for a reason, and leads to the question whether it is meant. */
export function endForm(form: {
  readonly name: 'session' | 'principal'
  readonly value: string
  readonly heading: string
  readonly button: string
  readonly rejected: string | undefined
}): Html {
  const { name, value, heading, button, rejected } = form
  const described = rejected === undefined ? 'reason-rule' : 'reason-error reason-rule'
  return html`<section class="ending">
    <h2 id="ending">${heading}</h2>
    <form method="get" action="?" aria-labelledby="ending">
      <input type="hidden" name="${name}" value="${value}" />
      <label for="reason">Reason</label>
      <div class="row">
        <input
          id="reason"
          name="reason"
          required
          maxlength="200"
          autocomplete="off"
          aria-describedby="${described}"
          ${rejected !== undefined && html` aria-invalid="true" value="${rejected}"`}
        />
        <button>${button}</button>
      </div>
      ${rejected !== undefined && html`<p class="error" id="reason-error">The reason is missing, or longer than 200 characters.</p>`}
      <p id="reason-rule">
        <small
          >Whoever has the session may be told it. You are asked once more before anything
          ends.</small
        >
      </p>
    </form>
  </section>`
}
