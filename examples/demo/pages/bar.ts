import type { Session } from 'sojourn'
import { OWNER, looksOf } from '../accounts.ts'
import { clothesOf } from '../clothes.ts'
import { type Html, html } from '../html.ts'
import { csrfToken } from '../session.ts'
import { sign, tokenField } from './layout.ts'

/** Who you are, and where you may go as that. */
export function bar(session: Session, here: string): Html {
  const { principal } = session
  return html`<nav class="bar" aria-label="Account">
    <p>${whoYouAre(session)}</p>
    ${here !== '/' && html`<a href="/">The shop</a>`}
    ${principal === OWNER && link('/floor', 'Shop floor', here)}
    ${principal === OWNER && link('/ledger', 'The ledger', here)}
    ${principal !== null && link('/devices', 'Your devices', here)}
    ${!session.isNew && leaveForm(session)}
    ${principal === null && html`<a href="/sign-in">Sign in</a>`}
  </nav>`
}

/** The top of the pages behind the counter. */
export function backRoom(session: Session, here: string): Html {
  return html`<header class="back-room"><p>${sign()}</p></header>
    ${bar(session, here)}`
}

/** What the last request had to say, and why the last visit is over if somebody ended it. */
export function messageList({ isNew, ended }: Session, messages: readonly string[]): Html {
  return html`<div class="messages" role="status">
    ${isNew && ended !== null && html`<p class="out">Your last visit was ended. ${ended.reason}</p>`}
    ${messages.map((message) => html`<p>${message}</p>`)}
  </div>`
}

function whoYouAre({ id, principal, isNew }: Session): Html {
  if (principal !== null) return html`You are <strong>${looksOf(principal).title}</strong>.`
  if (isNew) return html`You are just looking in.`
  return html`You are in the shop, in ${clothesOf(id).words}.`
}

function link(path: string, name: string, here: string): Html {
  return html`<a href="${path}" ${path === here && html`aria-current="page"`}>${name}</a>`
}

function leaveForm(session: Session): Html {
  return html`<form method="post" action="/leave">
    ${tokenField(csrfToken(session))}
    <button class="plain">${session.principal === null ? 'Leave' : 'Sign out'}</button>
  </form>`
}
