import { html } from '../html.ts'
import { layout, sign, tokenField } from './layout.ts'

export interface SignInView {
  readonly token: string | undefined
  readonly problem?: string
}

export function signInPage({ token, problem }: SignInView): string {
  return layout({
    title: 'Owner’s entrance · The Lingering Leaf',
    content: html`<main class="narrow">
      <p>${sign()}</p>
      <section class="card" aria-labelledby="title">
        <h1 id="title">Owner’s entrance</h1>
        <p>
          Loitering is what the owner does all day: whoever signs in here stays for eight hours and
          gets a new cookie.
        </p>
        ${problem && html`<p class="problem" role="alert">${problem}</p>`}
        <form class="fields" method="post" action="/sign-in">
          ${tokenField(token)}
          <label>Name <input name="name" autocomplete="username" required /></label>
          <label
            >Password
            <input name="password" type="password" autocomplete="current-password" required
          /></label>
          <button>Sign in</button>
        </form>
        <p class="hint">This is a demonstration: <code>owner</code> and <code>kettle</code>.</p>
      </section>
      <p><a href="/">Back to the shop</a></p>
    </main>`,
  })
}
