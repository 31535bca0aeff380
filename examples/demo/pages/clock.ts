import type { Session } from 'sojourn'
import { type Html, html } from '../html.ts'
import { FIVE_MINUTES, secondsLeft } from '../session.ts'
import { tokenField } from './layout.ts'
import { inDigits, inWords } from './words.ts'

export interface Clock {
  readonly session: Session
  readonly token: string | undefined
}

/** The countdown runs in the browser alone: asking the server would count as activity. */
export function clockCard({ session, token }: Clock): Html {
  return html`<section class="card clock" aria-labelledby="clock-title">
    <h2 id="clock-title">The clock by the door</h2>
    ${session.isNew ? noClock(session) : runningClock(session)}
    ${session.timeout < FIVE_MINUTES && moreTime(token)}
  </section>`
}

function noClock(session: Session): Html {
  return html`<p>
    No clock is running: visitors who only look have no session and no cookie. Yours begins with the
    first tin, and ends after <strong>${inWords(session.timeout)}</strong> without a step.
  </p>`
}

function runningClock(session: Session): Html {
  return html`<p class="time" role="timer">${inDigits(secondsLeft(session))}</p>
    <div class="meter" aria-hidden="true"><i></i></div>
    <p>
      until you are escorted out. Every step in the shop winds it up again to
      <strong>${inWords(session.timeout)}</strong>.
    </p>
    <p class="hurry" role="status"></p>`
}

function moreTime(token: string | undefined): Html {
  return html`<form method="post" action="/more-time">
    ${tokenField(token)}
    <button class="second">Please give me a little more time</button>
    <p class="hint">Five minutes from then on, for this session only.</p>
  </form>`
}
