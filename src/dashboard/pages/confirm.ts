import { counted } from '../figures.ts'
import { type Html, foreign, html } from '../html.ts'
import type { Page } from '../layout.ts'
import { to } from '../parts.ts'

/** What is about to be ended: one session, or all of a principal. */
export type Target =
  | { readonly session: string; readonly principal: string | null }
  | { readonly principal: string; readonly count: number }

/** Asks whether it is meant. The form has no fields: its address says everything. */
export function confirmPage(target: Target, reason: string): Page {
  const query = 'session' in target ? { session: target.session } : { principal: target.principal }
  return {
    status: 200,
    title: 'End it?',
    body: html`<h1>${question(target)}</h1>
      <section>
        <dl class="facts brief">
          <dt>Reason</dt>
          <dd>${foreign(reason)}</dd>
          ${
            'session' in target &&
            html`<dt>Session</dt>
              <dd><code>${target.session}</code></dd>`
          }
        </dl>
        <p>${consequence(target)}</p>
        <form method="post" action="${to({ ...query, reason })}" class="actions">
          <button class="end">
            ${'session' in target ? 'End the session' : `End ${counted(target.count, 'session')}`}
          </button>
          <a class="button" href="${to(query)}"
            >Keep ${'session' in target || target.count === 1 ? 'it' : 'them'}</a
          >
        </form>
      </section>`,
  }
}

function question(target: Target): Html {
  if (!('session' in target)) return html`End all sessions of ${foreign(target.principal)}?`
  const { principal } = target
  return principal === null
    ? html`End this visitor’s session?`
    : html`End this session of ${foreign(principal)}?`
}

function consequence(target: Target): string {
  if ('session' in target && target.principal === null) {
    return 'What was kept in it is gone, and its next request is a new visitor’s. This cannot be undone.'
  }
  const who = 'session' in target || target.count === 1 ? 'Whoever has it' : 'Whoever has one'
  return (
    `${who} is signed out at the next request, which is told the reason; what is under way by then ` +
    'is not saved. This cannot be undone.'
  )
}
