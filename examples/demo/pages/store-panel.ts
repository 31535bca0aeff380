import type { Field } from '../header-fields.ts'
import { type Html, html } from '../html.ts'
import type { PanelView, RecordView, TombstoneView } from '../store-panel.ts'

/** What lies in the store for this session, as it is and field by field. */
export function storePanel(panel: PanelView): Html {
  return html`<section class="card store" aria-labelledby="store-title">
    <h2 id="store-title">What lies in the store for you</h2>
    ${body(panel)}
  </section>`
}

function body(panel: PanelView): Html {
  const { storeName, storeNote } = panel
  switch (panel.state) {
    case 'nothing':
      return html`<p class="quiet" data-store="nothing">
        Nothing is stored for you yet. Sessions go to ${storeName}, and only when there is something
        to remember.
      </p>`
    case 'unanswered':
      return html`<p class="quiet">${storeName} did not answer.</p>`
    case 'tombstone':
      return tombstone(panel, storeName)
    case 'record':
      return html`<p>
          In ${storeName}, under the key <code>${panel.key}</code>, for another
          ${inSeconds(panel.ttlMs)}: one header line, then your data (${storeNote}). This is all of
          it, and none of it makes a cookie: the secret part is only in your browser.
        </p>
        ${record(panel)} ${panel.list && list(panel.list)}`
  }
}

function record({ header, data, flash, fields }: RecordView): Html {
  return html`<pre
      tabindex="0"
      role="region"
      aria-label="The stored text"
      data-store="record"
    ><span class="header">${header}</span>
<span class="data">${data}</span>${flash && html`<span class="flash">${flash}</span>`}</pre>
    <h3>The header, field by field</h3>
    <dl>${fields.map(fieldRow)}</dl>`
}

function tombstone({ key, ttlMs, text }: TombstoneView, storeName: string): Html {
  return html`<p>
      Somebody ended your last session. In its place, in ${storeName} under the key
      <code>${key}</code>, lies a tombstone for another ${inSeconds(ttlMs)}: that session’s id, when
      it ended, and the reason. Your data are gone, and nothing can be written there.
    </p>
    <pre
      tabindex="0"
      role="region"
      aria-label="The stored tombstone"
      data-store="tombstone"
    ><span class="flash">${text.trimEnd()}</span></pre>`
}

function list({ key, members }: NonNullable<RecordView['list']>): Html {
  return html`<h3>And because you are signed in, a list</h3>
    <p>
      Under <code>${key}</code>: each of your sessions by its id, with the instant of its sign-in.
      “Your devices” reads it.
    </p>
    <pre tabindex="0" role="region" aria-label="The stored list" data-store="list">
${members.join('\n')}</pre>`
}

function fieldRow({ name, value, meaning }: Field): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd><code>${value}</code> ${meaning}</dd>
  </div>`
}

function inSeconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} seconds`
}
