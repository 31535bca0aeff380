import type { ScannedSession, Session } from 'sojourn'
import { looksOf } from '../accounts.ts'
import { browserName } from '../browser-name.ts'
import { clothesOf } from '../clothes.ts'
import { type Html, html } from '../html.ts'
import { csrfToken, secondsLeft } from '../session.ts'
import { backRoom, messageList } from './bar.ts'
import { layout, tokenField } from './layout.ts'
import { guest, keeper } from './people.ts'
import { ago, capital, count, inDigits, inWords } from './words.ts'

/** What the owner may say at the door. */
export const REASONS = [
  'You stood about for a while, and others would like to come to the counter.',
  'We are closing. Thank you for your visit.',
  'You are welcome again without the ice cream.',
] as const

/** A shop with more visitors than this needs another page. */
export const MOST_SHOWN = 100

const LATE = 15

export interface FloorView {
  readonly session: Session
  readonly messages: readonly string[]
  readonly people: readonly ScannedSession[]
}

export function floorPage({ session, messages, people }: FloorView): string {
  return layout({
    title: 'Shop floor · The Lingering Leaf',
    session,
    content: html`${backRoom(session, '/floor')}
      <main class="list">
        ${messageList(session, messages)}
        <h1>The shop floor</h1>
        <p class="quiet">
          Everybody who has a session, signed in or not. You see how long they have been standing
          about, and not what is in their baskets.
        </p>
        <form method="post" action="/floor/escort">
          ${tokenField(csrfToken(session))}
          <label class="say">
            What to say at the door
            <select name="reason">
              ${REASONS.map((reason, at) => html`<option value="${at}">${reason}</option>`)}
            </select>
          </label>
          <div data-people>${peopleList(people, session.id)}</div>
        </form>
        <noscript
          ><p><a href="/floor">Look again</a></p></noscript
        >
      </main>`,
  })
}

/** By itself too, for the script that keeps it up to date. */
export function peopleList(people: readonly ScannedSession[], own: string): Html {
  return html`<p class="summary">
      ${summary(people)}
      ${people.length === MOST_SHOWN && html`The page is full: there may be more.`}
    </p>
    <ul class="rows">
      ${people.map((person) => row(person, person.id === own))}
    </ul>`
}

function summary(people: readonly ScannedSession[]): string {
  const loiterers = people.filter(loiters).length
  const known = people.filter(({ principal }) => principal !== null).length
  const signedIn = `${capital(count(known, 'session'))} signed in`
  const visitors = count(people.length - known, 'visitor')
  return `${signedIn}, ${visitors}; ${loiterers === 0 ? 'nobody loiters' : count(loiterers, 'loiterer')}.`
}

function row(person: ScannedSession, isYou: boolean): Html {
  const { id, principal } = person
  const clothes = clothesOf(id)
  const { title, dress } = looksOf(principal)
  const who = dress === 'apron' ? title : `${title} in ${clothes.words}`
  return html`<li class="row person" data-person="${id}">
    ${dress === 'apron' ? keeper() : guest(clothes)}
    <div class="facts">
      <h2>
        ${capital(who)} ${isYou && html`<span class="badge">you</span>`}
        ${loiters(person) && html`<span class="badge late">loitering</span>`}
      </h2>
      <p>${whereabouts(person)}</p>
      ${remaining(person)}
    </div>
    ${
      !isYou &&
      html`<button class="second" name="id" value="${id}" aria-label="Escort ${who} out">
        Escort out
      </button>`
    }
  </li>`
}

function whereabouts({ principal, createdAt, lastActiveAt, userAgent }: ScannedSession): string {
  const device = principal === null ? '' : ` ${browserName(userAgent)}.`
  return `Came in ${ago(createdAt)}, last step ${ago(lastActiveAt)}.${device}`
}

/** How much is left, as a bar that needs neither a script nor a style of its own. */
function remaining(person: ScannedSession): Html {
  const left = secondsLeft(person)
  const late = left <= LATE ? 'late' : ''
  return html`<p class="left ${late}">
      <strong>${inDigits(left)}</strong> of ${inWords(person.timeout)} left
    </p>
    <svg
      class="remaining ${late}"
      viewBox="0 0 100 1"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <rect width="${(100 * left) / person.timeout}" height="1" />
    </svg>`
}

/** For more than half of the time that they may. */
function loiters(person: ScannedSession): boolean {
  return secondsLeft(person) < person.timeout / 2
}
