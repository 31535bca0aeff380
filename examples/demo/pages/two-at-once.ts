import type { Entry } from '../diary.ts'
import { type Html, html } from '../html.ts'

/** Two teas, two requests, sent by the script at the same moment. */
export function twoAtOnce(token: string | undefined, diary: readonly Entry[]): Html {
  return html`<section class="card at-once" aria-labelledby="at-once-title">
    <div>
      <h2 id="at-once-title">Two things at once</h2>
      <p>
        The button sends two requests at the same moment: one adds Assam, the other Sencha, and the
        till takes half a second over each. Both have read the same session before either writes.
      </p>
      <p>
        The one that writes second is told of the conflict and gets the newer record in the same
        reply. It puts the one key that it changed on top of that, and both teas are in the basket.
        Nothing was locked, and nobody waited for the other.
      </p>
      ${token === undefined ? needsSession() : button(token)}
    </div>
    ${diary.length > 0 && diaryList(diary)}
  </section>`
}

function button(token: string): Html {
  return html`<p>
      <button type="button" data-at-once="assam sencha" data-token="${token}" disabled>
        Add two things at once
      </button>
    </p>
    <p class="hint" role="status" data-at-once-status></p>
    <noscript><p class="hint">This one button needs JavaScript.</p></noscript>`
}

/** Two first requests know nothing of each other: each would begin a session of its own. */
function needsSession(): Html {
  return html`<p>
      <button type="button" disabled aria-describedby="at-once-why">Add two things at once</button>
    </p>
    <p class="hint" id="at-once-why">
      Put one tin in the basket first: two first requests would be two visitors, each with a session
      of its own.
    </p>`
}

function diaryList(diary: readonly Entry[]): Html {
  return html`<div>
    <h3>What happened to your session lately</h3>
    <ol class="diary">
      ${diary.map(diaryRow)}
    </ol>
    <p class="hint">
      The latest first, in UTC, as the library tells it through
      <code>node:diagnostics_channel</code>.
    </p>
  </div>`
}

const SAYS: Partial<Record<Entry['event'], string>> = {
  opened: 'a request read it',
  created: 'it was stored for the first time',
  saved: 'changes were written',
  conflict: 'another request wrote first: merged with it',
  signedIn: 'it got a new cookie, and the old one is dead',
}

function diaryRow({ event, at }: Entry): Html {
  return html`<li data-event="${event}">
    <time datetime="${at.toISOString()}">${at.toISOString().slice(11, 23)}</time>
    <strong>${event}</strong> ${SAYS[event]}
  </li>`
}
