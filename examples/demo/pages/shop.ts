import type { Session } from 'sojourn'
import type { Entry } from '../diary.ts'
import { type Line, totalOf } from '../basket.ts'
import { type Html, html } from '../html.ts'
import type { PanelView } from '../store-panel.ts'
import { type Tea, teas } from '../teas.ts'
import { bar, messageList } from './bar.ts'
import { clockCard } from './clock.ts'
import { layout, sign, tokenField } from './layout.ts'
import { scene, tin } from './drawings.ts'
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
  const content = html`
    <a class="skip" href="#shelf">To the teas</a>
    <header class="front">
      ${scene()}
      <div class="over">
        <h1>${sign()}</h1>
        <p>Loose tea, weighed while you wait. Loiterers are escorted out, politely.</p>
      </div>
    </header>
    ${bar(session, '/')}
    <main>
      ${messageList(session, messages)}
      <section id="shelf" class="shelf" aria-labelledby="shelf-title">
        <h2 id="shelf-title">On the shelf</h2>
        <ul class="teas">
          ${teas.map((tea) => teaCard(tea, token))}
        </ul>
      </section>
      <aside aria-label="Your visit">
        ${clockCard({ session, token })} ${basket(lines, token)}
      </aside>
      ${twoAtOnce(token, diary)} ${storePanel(panel)}
    </main>
    <footer>
      <p>
        A demonstration of Sojourn, sessions on the server. The source of this shop is in
        <code>examples/demo</code>.
      </p>
    </footer>
  `
  return layout({ title: 'The Lingering Leaf, a tea shop', content, session })
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
