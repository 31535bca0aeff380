import type { ScannedSession } from '../../lifecycle/summary.ts'
import type { Tombstone } from '../../record/tombstone.ts'
import { duration } from '../../words.ts'
import { counted, size } from '../figures.ts'
import { type Html, foreign, html } from '../html.ts'
import type { Page } from '../layout.ts'
import { client, endForm, moment, ago, whose } from '../parts.ts'

/** One session that lives: what is known of it, and its life. */
export function sessionPage(
  session: ScannedSession,
  now: number,
  rejected: string | undefined,
): Page {
  const { id, principal } = session
  return {
    status: rejected === undefined ? 200 : 400,
    title: principal === null ? 'Session of a visitor' : `Session of ${principal}`,
    body: html`<p class="soft">Session <code>${id}</code></p>
      <h1>${principal === null ? 'A visitor' : foreign(principal)}</h1>
      <section class="two">
        <div>
          <h2>Its life</h2>
          ${life(session, now)}
        </div>
        <div>
          <h2>What is known of it</h2>
          ${facts(session)}
        </div>
      </section>
      ${endForm({ name: 'session', value: id, heading: 'End this session', button: 'End session…', rejected })}`,
  }
}

interface Event {
  readonly what: Html | string
  readonly at: Date
  readonly when?: 'now'
}

function life(session: ScannedSession, now: number): Html {
  const { createdAt, signedInAt, lastActiveAt, expiresAt, endsAt, amr } = session
  const how = amr.map((method, at) => html`${at > 0 && ', '}${foreign(method)}`)
  const events: Event[] = [
    { what: 'Made', at: createdAt },
    ...(signedInAt === null
      ? []
      : [{ what: html`Signed in${amr.length > 0 && html` by ${how}`}`, at: signedInAt }]),
    { what: 'Last active, as far as was noted', at: lastActiveAt },
    { what: 'Now', at: new Date(now), when: 'now' },
    { what: 'Ends, if nothing more happens', at: expiresAt },
    ...(endsAt === null ? [] : [{ what: 'Ends, whatever happens', at: endsAt }]),
  ]
  return html`<ol class="life">
    ${events.map(
      ({ what, at, when }) =>
        html`<li class="${when ?? (Number(at) > now ? 'next' : 'past')}">
          ${what}<small>${moment(at)}${when === undefined && html`, ${ago(at, now)}`}</small>
        </li>`,
    )}
  </ol>`
}

function facts(session: ScannedSession): Html {
  const { principal, timeout, renewals, bytes, endsAt } = session
  const rows: [string, Html | string][] = [
    ['User id', whose(principal)],
    ['Signed in from', client(session) ?? 'not noted'],
    ['Idle timeout', `${duration(timeout * 1000)} (${counted(timeout, 'second')})`],
    ...(endsAt === null ? [['Absolute timeout', 'none'] as [string, string]] : []),
    ['Cookie', renewals === 0 ? 'not renewed yet' : `renewed ${counted(renewals, 'time')}`],
    ['Stored', size(bytes)],
  ]
  return html`<dl class="facts">
    ${rows.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`
}

/** What is left of a session that somebody ended. */
export function endedPage({ id, ended }: Tombstone, now: number): Page {
  const at = new Date(ended.at)
  return {
    status: 200,
    title: 'Session that was ended',
    body: html`<p class="soft">Session <code>${id}</code></p>
      <h1>This session was ended</h1>
      <section>
        <dl class="facts brief">
          <dt>Reason</dt>
          <dd>${foreign(ended.reason)}</dd>
          <dt>When</dt>
          <dd>${moment(at)}, ${ago(at, now)}</dd>
        </dl>
        <p>
          <small
            >The reason lies here for a while, so that the next request with its cookie can be
            told.</small
          >
        </p>
        <p><a href="?">All sessions</a></p>
      </section>`,
  }
}
