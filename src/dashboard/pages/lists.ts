import type { ScannedSession } from '../../lifecycle/summary.ts'
import { number, size } from '../figures.ts'
import { type Html, html } from '../html.ts'
import { ago, client, to, whose } from '../parts.ts'
import type { Survey } from '../survey.ts'

/** The sessions that were active last. */
export function latest({ latest: sessions, at, sessions: all }: Survey): Html {
  const some = sessions.length < all ? ` (${sessions.length} of ${number(all)})` : ''
  return html`<section>
    <table>
      <caption>
        Active last${some}
      </caption>
      <thead>
        <tr>
          <th scope="col">Who</th>
          <th scope="col" class="when">Active</th>
          <th scope="col" class="when wide">Ends, if idle</th>
          <th scope="col" class="number wide">Size</th>
        </tr>
      </thead>
      <tbody>
        ${sessions.map((session) => row(session, at))}
      </tbody>
    </table>
  </section>`
}

function row(session: ScannedSession, at: number): Html {
  const { id, principal, lastActiveAt, expiresAt, bytes } = session
  return html`<tr>
    <th scope="row">
      ${whose(principal)} <a class="id" href="${to({ session: id })}"><code>${id}</code></a>
      <small class="clip">${client(session)}</small>
    </th>
    <td class="when">${ago(lastActiveAt, at)}</td>
    <td class="when wide">${ago(expiresAt, at)}</td>
    <td class="number wide">${size(bytes)}</td>
  </tr>`
}

/** Who has more than one session. */
export function most({ most: all }: Survey): Html {
  return html`<section class="narrow">
    <table>
      <caption>
        Most sessions
      </caption>
      <thead>
        <tr>
          <th scope="col">User id</th>
          <th scope="col" class="number">Sessions</th>
        </tr>
      </thead>
      <tbody>
        ${all.map(
          ([principal, sessions]) =>
            html`<tr>
              <th scope="row">${whose(principal)}</th>
              <td class="number">${number(sessions)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`
}
