import { type Html, html } from '../html.ts'

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
