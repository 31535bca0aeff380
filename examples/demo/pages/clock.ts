import type { Session } from 'sojourn'
import { type Html, html } from '../html.ts'
import { FIVE_MINUTES } from '../session.ts'
import { tokenField } from './layout.ts'

export interface Clock {
  readonly session: Session
  readonly secondsLeft: number
  readonly token: string | undefined
}

/**
 * The countdown runs in the browser alone: asking the server would count as activity. It gets the
 * seconds that are left and no time of day, because clocks in browsers are often wrong.
 */
export function clockCard({ session, secondsLeft, token }: Clock): Html {
  return html`<section class="card clock" aria-labelledby="clock-title">
    <h2 id="clock-title">The clock by the door</h2>
    ${session.isNew ? noClock(session) : runningClock(session, secondsLeft)}
    ${session.timeout < FIVE_MINUTES && moreTime(token)}
  </section>`
}

function noClock(session: Session): Html {
  return html`<p>
    No clock is running: visitors who only look have no session and no cookie. Yours begins with the
    first tin, and ends after <strong>${inWords(session.timeout)}</strong> without a step.
  </p>`
}

function runningClock(session: Session, secondsLeft: number): Html {
  return html`<p class="time" role="timer" data-seconds-left="${secondsLeft}">
      ${inDigits(secondsLeft)}
    </p>
    <div class="meter" data-of="${session.timeout}" aria-hidden="true"><i></i></div>
    <p>
      until you are escorted out. Every step in the shop winds it up again to
      <strong data-timeout="${session.timeout}">${inWords(session.timeout)}</strong>.
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

function inWords(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} hours`
  if (seconds % 60 === 0 && seconds > 60) return `${seconds / 60} minutes`
  return `${seconds} seconds`
}

/** As the script writes it: 0:59, 7:59:59. */
function inDigits(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${minutes}:${pad(seconds)}`
}

function pad(part: number): string {
  return String(part % 60).padStart(2, '0')
}
