import { type Html, html } from '../html.ts'
import type { Clothes } from '../clothes.ts'

export function laptop(): Html {
  return html`<svg class="drawing" viewBox="0 0 64 64" aria-hidden="true">
    <rect class="p-frame" x="10" y="13" width="44" height="31" rx="3" />
    <rect class="p-screen" x="14" y="17" width="36" height="23" rx="1" />
    <path class="p-frame" d="M4 47h56v2q0 4-4 4H8q-4 0-4-4z" />
    <path class="p-mark" d="M26 36c-2-9 3-14 13-14 0 9-4 14-11 13l5-7z" />
  </svg>`
}

export function handheld(): Html {
  return html`<svg class="drawing" viewBox="0 0 64 64" aria-hidden="true">
    <rect class="p-frame" x="18" y="5" width="28" height="54" rx="5" />
    <rect class="p-screen" x="21" y="11" width="22" height="39" rx="1" />
    <circle class="p-screen" cx="32" cy="54.500" r="2" />
    <path class="p-mark" d="M27 37c-2-9 3-14 12-14 0 9-4 14-10 13l5-7z" />
  </svg>`
}

/** Somebody who came for tea, in the colours of the tins. */
export function guest({ coat, hat }: Clothes): Html {
  return person(
    html`<g class="tin-${coat.id}">
        <path class="t-body" d="M13 60q0-34 19-34t19 34z" />
        <path class="t-lid" d="M26 27l6 8 6-8q-6-2-12 0zM31 36h2v24h-2z" />
      </g>
      ${face()}
      <g class="tin-${hat.id}">
        <path class="t-body" d="M19 13q0-2 4-2 1-8 9-8t9 8q4 0 4 2t-13 2-13-2z" />
        <path class="t-lid" d="M23 11q0-2 1-3 8 2 16 0l1 3q-9 2-18 0z" />
      </g>`,
  )
}

/** Somebody who works here. */
export function keeper(): Html {
  return person(
    html`<path class="p-shirt" d="M13 60q0-34 19-34t19 34z" />
      <path class="p-apron" d="M26 33h12v9q6 3 6 18H20q0-15 6-18z" />
      <path class="p-mark" d="M29 53c-1-6 2-9 8-9 0 6-3 9-7 8l3-4z" />
      ${face()}
      <path class="p-hair" d="M22 18q-1-11 10-11t10 11q-3-5-6-6-6 2-11 1-2 1-3 5z" />`,
  )
}

function person(parts: Html): Html {
  return html`<svg class="drawing" viewBox="0 0 64 64" aria-hidden="true">
    <ellipse class="t-shadow" cx="32" cy="60" rx="19" ry="3" />
    ${parts}
  </svg>`
}

function face(): Html {
  return html`<circle class="p-face" cx="32" cy="17" r="9" />`
}
