import type { Session } from 'sojourn'
import type { Entry } from '../diary.ts'
import { type Line, totalOf } from '../basket.ts'
import { type Html, html } from '../html.ts'
import type { PanelView } from '../store-panel.ts'
import { type Tea, teas } from '../teas.ts'
import { clockCard } from './clock.ts'
import { layout, sign, tokenField } from './layout.ts'
import { scene, tin } from './drawings.ts'
import { escortedDialog } from './escorted.ts'
import { storePanel } from './store-panel.ts'
import { twoAtOnce } from './two-at-once.ts'

export interface ShopView {
  readonly session: Session
  /** The CSRF token; a visitor has none. */
  readonly token: string | undefined
  readonly messages: readonly string[]
  readonly lines: readonly Line[]
  readonly panel: PanelView
  readonly diary: readonly Entry[]
}

export function shopPage(view: ShopView): string {
  const { session, token, messages, lines, panel, diary } = view
  // At most the timeout: the clock of the store may be a little ahead of this one.
  const remainingMs = session.expiresAt.getTime() - Date.now()
  const secondsLeft = Math.max(0, Math.min(session.timeout, Math.ceil(remainingMs / 1000)))
  const content = html`
    <a class="skip" href="#shelf">To the teas</a>
    <header class="front">
      ${scene()}
      <div class="over">
        <h1>${sign()}</h1>
        <p>Loose tea, weighed while you wait. Loiterers are escorted out, politely.</p>
      </div>
    </header>
    <nav class="bar" aria-label="Account">${account(session, token)}</nav>
    <main>
      <div class="messages" role="status">
        ${messages.map((message) => html`<p>${message}</p>`)}
      </div>
      <section id="shelf" class="shelf" aria-labelledby="shelf-title">
        <h2 id="shelf-title">On the shelf</h2>
        <ul class="teas">
          ${teas.map((tea) => teaCard(tea, token))}
        </ul>
      </section>
      <aside aria-label="Your visit">
        ${clockCard({ session, secondsLeft, token })} ${basket(lines, token)}
      </aside>
      ${twoAtOnce(token, diary)} ${storePanel(panel)}
    </main>
    <footer>
      <p>
        A demonstration of Sojourn, sessions on the server. The source of this shop is in
        <code>examples/demo</code>.
      </p>
    </footer>
    ${!session.isNew && escortedDialog()}
  `
  const title = 'The Lingering Leaf, a tea shop'
  return session.isNew
    ? layout({ title, content })
    : layout({ title, content, escortedAfter: secondsLeft + 1 })
}

function account(session: Session, token: string | undefined): Html {
  if (session.role === 'owner') {
    return html`<p>You are <strong>the owner</strong>.</p>
      ${leaveForm('Sign out', token)}`
  }
  return html`<p>${session.isNew ? 'You are just looking in.' : 'You are in the shop.'}</p>
    ${!session.isNew && leaveForm('Leave', token)}
    <a href="/sign-in">Owner’s entrance</a>`
}

function leaveForm(label: string, token: string | undefined): Html {
  return html`<form method="post" action="/leave">
    ${tokenField(token)}<button class="plain">${label}</button>
  </form>`
}

function teaCard(tea: Tea, token: string | undefined): Html {
  return html`<li class="tea">
    ${tin(tea)}
    <h3>${tea.name}</h3>
    <p>${tea.taste}</p>
    <p class="price">${price(tea.price)} <span>for 100 g</span></p>
    <form method="post" action="/basket/add">
      ${tokenField(token)}
      <input type="hidden" name="tea" value="${tea.id}" />
      <button aria-label="Put ${tea.name} in the basket">Add to basket</button>
    </form>
  </li>`
}

function basket(lines: readonly Line[], token: string | undefined): Html {
  return html`<section class="card basket" aria-labelledby="basket-title">
    <h2 id="basket-title">Your basket</h2>
    ${
      lines.length === 0
        ? html`<p class="quiet">Empty so far.</p>`
        : html`<ul>
              ${lines.map((line) => basketLine(line, token))}
            </ul>
            <p class="total"><span>Together</span> <strong>${price(totalOf(lines))}</strong></p>`
    }
  </section>`
}

function basketLine({ tea, count }: Line, token: string | undefined): Html {
  return html`<li>
    <span class="count">${count}&thinsp;×</span>
    <span>${tea.name}</span>
    <span class="sum">${price(tea.price * count)}</span>
    <form method="post" action="/basket/remove">
      ${tokenField(token)}
      <input type="hidden" name="tea" value="${tea.id}" />
      <button class="plain" aria-label="Put ${tea.name} back">Put back</button>
    </form>
  </li>`
}

function price(cents: number): string {
  return `€ ${(cents / 100).toFixed(2)}`
}
