import { type Span, binned, counted, curve, number } from '../figures.ts'
import { type Html, html } from '../html.ts'
import { to } from '../parts.ts'
import type { Survey } from '../survey.ts'

const MINUTE_MS = 60_000

const SPANS = {
  hour: {
    name: 'Hour',
    span: { binMs: MINUTE_MS, bins: 60 },
    per: 'minute',
    ticks: ['60 min ago', '30 min ago', 'now'],
  },
  day: {
    name: 'Day',
    span: { binMs: 30 * MINUTE_MS, bins: 48 },
    per: 'half hour',
    ticks: ['24 h ago', '12 h ago', 'now'],
  },
} satisfies Record<string, { name: string; span: Span; per: string; ticks: string[] }>

/** Seconds between two refreshes of an overview that refreshes. */
export const EVERY = 30

/** How the overview was asked for. */
export interface View {
  readonly over: keyof typeof SPANS
  readonly refreshes: boolean
}

export function viewOf(query: URLSearchParams): View {
  return { over: query.get('over') === 'day' ? 'day' : 'hour', refreshes: query.has('refresh') }
}

/** The overview, seen another way. */
export function linkTo(view: View, change: Partial<View>): string {
  const { over, refreshes } = { ...view, ...change }
  return to({ over: over === 'day' ? over : undefined, refresh: refreshes ? 'on' : undefined })
}

const LATELY = [
  [1, '1 min'],
  [5, '5 min'],
  [15, '15 min'],
  [60, '1 h'],
] as const

/** When those who are here were last active. */
export function activity({ idles }: Survey, view: View): Html {
  const { name, span, per, ticks } = SPANS[view.over]
  const counts = binned(idles, span)
  const most = number(Math.max(...counts))
  const shown = counted(
    counts.reduce((sum, count) => sum + count, 0),
    'session',
  )
  const description = `Last activity over the last ${name.toLowerCase()}: ${shown}, at most ${most} in a ${per}`
  return html`<section aria-labelledby="activity">
    <div class="head">
      <h2 id="activity">Last activity</h2>
      <nav class="actions switch" aria-label="Time shown">
        ${Object.keys(SPANS).map((over) => choice(view, over as View['over']))}
      </nav>
    </div>
    <dl class="active">
      ${LATELY.map(
        ([minutes, called]) =>
          html`<dt>in ${called}</dt>
            <dd>${number(idles.filter((idle) => idle < minutes * MINUTE_MS).length)}</dd>`,
      )}
    </dl>
    <figure>
      <div class="axis" aria-hidden="true"><span>${most} in a ${per}</span></div>
      <div class="plot">${curve(counts, description)}</div>
      <div class="axis" aria-hidden="true">${ticks.map((tick) => html`<span>${tick}</span>`)}</div>
      <figcaption>
        Each session that lives now stands here once, where it was last active, which is noted up to
        a touch interval late. It is no record of visits: who has left is not in it, and who is
        active moves to its right end.
      </figcaption>
    </figure>
  </section>`
}

function choice(view: View, over: View['over']): Html {
  const current = over === view.over && html` aria-current="true"`
  return html`<a href="${linkTo(view, { over })}" ${current}>${SPANS[over].name}</a>`
}
