import type { ListedSession } from '../../lifecycle/accounts.ts'
import { counted } from '../figures.ts'
import { type Html, foreign, html } from '../html.ts'
import type { Page } from '../layout.ts'
import { client, endForm, moment, ago, to } from '../parts.ts'

/** What an id of a session looks like, unless an application makes shorter ones. */
const LIKE_AN_ID = /^[\w-]{16,128}$/

/** The sessions of one principal. */
export function principalPage(
  principal: string,
  sessions: readonly ListedSession[],
  now: number,
  rejected: string | undefined,
): Page {
  const count = sessions.length
  return {
    status: rejected === undefined ? 200 : 400,
    title: `Sessions of ${principal}`,
    sought: principal,
    body: html`<p class="soft">User id</p>
      <h1>${foreign(principal)}</h1>
      ${count === 0 ? nobody(principal) : listed(sessions, now)}
      ${count > 0 && endForm({ name: 'principal', value: principal, heading: count === 1 ? 'End it' : 'End them all', button: `End ${counted(count, 'session')}…`, rejected })}`,
  }
}

function nobody(principal: string): Html {
  return html`<p>Nobody is signed in under this user id. It has to be right to the letter.</p>
    ${LIKE_AN_ID.test(principal) && html`<p><a href="${to({ session: principal })}">Is it the id of a session?</a></p>`}`
}

function listed(sessions: readonly ListedSession[], now: number): Html {
  return html`<section>
    <table>
      <caption>
        ${counted(sessions.length, 'session')}
      </caption>
      <thead>
        <tr>
          <th scope="col">Signed in</th>
          <th scope="col" class="when">Active</th>
          <th scope="col" class="when wide">Ends, if idle</th>
        </tr>
      </thead>
      <tbody>
        ${sessions.map((session) => row(session, now))}
      </tbody>
    </table>
  </section>`
}

function row(session: ListedSession, now: number): Html {
  const { id, signedInAt, lastActiveAt, expiresAt } = session
  return html`<tr>
    <th scope="row">
      <a href="${to({ session: id })}">${moment(signedInAt)}</a>
      <small class="clip">${client(session) ?? 'Where was not noted'}</small>
      <small><code>${id}</code></small>
    </th>
    <td class="when">${ago(lastActiveAt, now)}</td>
    <td class="when wide">${ago(expiresAt, now)}</td>
  </tr>`
}
