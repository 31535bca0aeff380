import type { Session } from 'sojourn'
import { type Account, accounts } from '../accounts.ts'
import { type Html, html } from '../html.ts'
import { csrfToken } from '../session.ts'
import { messageList } from './bar.ts'
import { layout, sign, tokenField } from './layout.ts'
import { inWords } from './words.ts'

export interface SignInView {
  readonly session: Session
  readonly problem?: string
}

export function signInPage({ session, problem }: SignInView): string {
  return layout({
    title: 'Sign in · The Lingering Leaf',
    session,
    content: html`<main class="narrow">
      <p>${sign()}</p>
      ${messageList(session, [])}
      <section class="card" aria-labelledby="title">
        <h1 id="title">Sign in</h1>
        <p>
          Whoever signs in gets a new cookie, the old one is dead, and the door staff know how long
          that person may stay.
        </p>
        ${problem && html`<p class="problem" role="alert">${problem}</p>`}
        <form class="fields" method="post" action="/sign-in">
          ${tokenField(csrfToken(session))}
          <label>Name <input name="name" autocomplete="username" required /></label>
          <label
            >Password
            <input name="password" type="password" autocomplete="current-password" required
          /></label>
          <button>Sign in</button>
        </form>
        <h2 class="small">Names and passwords of this demonstration</h2>
        <ul class="accounts">
          ${accounts.map(accountRow)}
        </ul>
      </section>
      <p><a href="/">Back to the shop</a></p>
    </main>`,
  })
}

function accountRow({ name, password, stay }: Account): Html {
  return html`<li>
    <code>${name}</code> <code>${password}</code> <span>may stay ${inWords(stay)}</span>
  </li>`
}
