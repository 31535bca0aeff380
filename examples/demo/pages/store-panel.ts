import { type Html, html } from '../html.ts'
import type { Field, PanelView } from '../store-panel.ts'

/** What lies in the store for this session, as it is and field by field. */
export function storePanel(panel: PanelView): Html {
  return html`<section class="card store" aria-labelledby="store-title">
    <h2 id="store-title">What lies in the store for you</h2>
    ${body(panel)}
  </section>`
}

function body(panel: PanelView): Html {
  switch (panel.state) {
    case 'nothing':
      return html`<p class="quiet" data-store="nothing">
        Nothing is stored for you yet. Sessions go to ${panel.storeName}, and only when there is
        something to remember.
      </p>`
    case 'unanswered':
      return html`<p class="quiet">${panel.storeName} did not answer.</p>`
    case 'record':
      return record(panel)
  }
}

function record(panel: Extract<PanelView, { state: 'record' }>): Html {
  const { storeName, storeNote, key, ttlMs, header, fields, data, flash } = panel
  return html`<p>
      In ${storeName}, under the key <code>${key}</code>, for another ${Math.round(ttlMs / 1000)}
      seconds: one header line, then your data (${storeNote}). This is all of it, and none of it
      makes a cookie: the secret part is only in your browser.
    </p>
    <pre
      tabindex="0"
      role="region"
      aria-label="The stored text"
      data-store="record"
    ><span class="header">${header}</span>
<span class="data">${data}</span>${flash && html`<span class="flash">${flash}</span>`}</pre>
    <h3>The header, field by field</h3>
    <dl>${fields.map(fieldRow)}</dl>`
}

function fieldRow({ name, value, meaning }: Field): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd><code>${value}</code> ${meaning}</dd>
  </div>`
}
