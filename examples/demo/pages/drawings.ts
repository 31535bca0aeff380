import { type Html, html } from '../html.ts'
import type { Tea } from '../teas.ts'

/** The inside of the shop. Colours come from the stylesheet: by day, and lamp-lit by night. */
export function scene(): Html {
  return html`<svg
    class="scene"
    viewBox="0 0 1200 250"
    preserveAspectRatio="xMidYMax slice"
    aria-hidden="true"
  >
    <defs>
      <radialGradient id="glow">
        <stop class="s-warm" />
        <stop class="s-gone" offset="1" />
      </radialGradient>
    </defs>
    ${glow(307)} ${glow(833)}
    <rect class="s-wainscot" y="196" width="1200" height="54" />
    <rect class="s-rail" y="190" width="1200" height="7" />
    ${shopWindow()} ${shelf(336, 78, 0)} ${shelf(336, 142, 3)} ${shelf(594, 78, 5)}
    ${shelf(594, 142, 2)} ${wallClock()} ${door()} ${counter()} ${lamp(307)} ${lamp(833)}
  </svg>`
}

function glow(x: number): Html {
  return html`<circle fill="url(#glow)" cx="${x}" cy="50" r="130" />`
}

function lamp(x: number): Html {
  return html`<path class="s-line" d="M${x} 0V30" />
    <path class="s-shade" d="M${x - 24} 48q4-20 24-20t24 20z" />
    <circle class="s-bulb" cx="${x}" cy="50" r="6" />`
}

function shopWindow(): Html {
  return html`<rect class="s-frame" x="96" y="30" width="172" height="138" rx="4" />
    <rect class="s-sky" x="104" y="38" width="156" height="122" />
    <circle class="s-sun" cx="218" cy="72" r="16" />
    <path class="s-hill" d="M104 160v-26q44-30 84-6t72-10v42z" />
    <path class="s-bar" d="M182 38v122M104 98h156" />
    <rect class="s-rail" x="86" y="166" width="192" height="8" rx="2" />
    <path class="s-pot" d="M124 148h30l-4 18h-22z" />
    <path
      class="s-leaf"
      d="M139 148c-4-18-20-20-24-34 16 2 24 14 24 34 0-20 6-34 22-38 0 16-14 22-22 38z"
    />`
}

const SHELF_TINS = ['assam', 'sencha', 'lapsang', 'oolong', 'earl-grey', 'peppermint']

/** Five tins on a board, beginning with another one each time. */
function shelf(x: number, y: number, first: number): Html {
  const tins = [0, 1, 2, 3, 4].map((place) => {
    const tea = SHELF_TINS[(first + place) % SHELF_TINS.length]
    const left = x + 14 + place * 38
    const height = place % 2 === 0 ? 40 : 33
    return html`<g class="tin-${tea}">
      <rect class="t-body" x="${left}" y="${y - height}" width="29" height="${height}" rx="2" />
      <rect class="t-lid" x="${left - 1}" y="${y - height - 4}" width="31" height="7" rx="2" />
      <rect class="t-label" x="${left + 5}" y="${y - height + 11}" width="19" height="13" rx="1" />
    </g>`
  })
  return html`${tins}
    <rect class="s-board" x="${x}" y="${y}" width="210" height="7" rx="1" />
    <path class="s-bracket" d="M${x + 18} ${y + 7}v12l12-12zM${x + 192} ${y + 7}v12l-12-12z" />`
}

function wallClock(): Html {
  return html`<circle class="s-frame" cx="898" cy="100" r="34" />
    <circle class="s-face" cx="898" cy="100" r="28" />
    <path class="s-hand" d="M898 100V79M898 100l14 8" />
    <circle class="s-pin" cx="898" cy="100" r="3" />`
}

function door(): Html {
  return html`<rect class="s-frame" x="954" y="20" width="140" height="230" rx="4" />
    <rect class="s-door" x="962" y="28" width="124" height="222" />
    <rect class="s-sky" x="978" y="44" width="92" height="104" rx="2" />
    <path class="s-line" d="M1000 74l24-14 24 14" />
    <rect class="s-plate" x="992" y="74" width="64" height="26" rx="3" />
    <text class="s-word" x="1024" y="92" text-anchor="middle">OPEN</text>
    <circle class="s-knob" cx="976" cy="172" r="5" />
    <path class="s-bell" d="M1078 30c0 8 4 10 4 14h-16c0-4 4-6 4-14z" />`
}

function counter(): Html {
  return html`<rect class="s-counter" x="310" y="214" width="520" height="36" />
    <rect class="s-top" x="298" y="206" width="544" height="10" rx="3" />
    <path class="s-steam" d="M563 146c-8-12 8-16 0-30M577 142c-8-12 8-16 0-30" />
    <path class="s-kettle" d="M540 206c-6-22 2-38 30-38s36 16 30 38z" />
    <path class="s-spout" d="M598 192q12-2 16-18M551 173q19-32 38 0" />
    <path class="s-cup" d="M400 190h26q0 16-13 16t-13-16zM448 190h26q0 16-13 16t-13-16z" />
    <path
      class="s-scale"
      d="M716 206v-34M676 178l40-8 40 8M676 178l-14 18h28zM756 178l-14 18h28z"
    />`
}

export function tin({ id }: Tea): Html {
  return html`<svg class="tin tin-${id}" viewBox="0 0 120 132" aria-hidden="true">
    <ellipse class="t-shadow" cx="60" cy="124" rx="46" ry="6" />
    <path class="t-body" d="M20 26h80v90q0 8-40 8t-40-8z" />
    <path class="t-shine" d="M28 30h9v92q-6-1-9-3z" />
    <path class="t-lid" d="M17 18q0-9 43-9t43 9v12q0 6-43 6t-43-6z" />
    <ellipse class="t-top" cx="60" cy="17" rx="43" ry="8" />
    <rect class="t-label" x="34" y="52" width="52" height="46" rx="3" />
    <path class="t-leaf" d="M47 89c-3-18 6-28 26-28 1 18-8 29-22 26l11-14z" />
  </svg>`
}

export function closedSign(): Html {
  return html`<svg class="closed" viewBox="0 0 160 96" aria-hidden="true">
    <path class="s-line" d="M34 44 80 10l46 34" />
    <circle class="s-knob" cx="80" cy="10" r="5" />
    <rect class="s-plate" x="18" y="42" width="124" height="46" rx="6" />
    <text class="s-word big" x="80" y="73" text-anchor="middle">CLOSED</text>
  </svg>`
}
