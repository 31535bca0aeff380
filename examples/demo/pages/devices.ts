import type { ListedSession, Session } from 'sojourn'
import { browserName, isHandheld } from '../browser-name.ts'
import { type Html, html } from '../html.ts'
import { csrfToken } from '../session.ts'
import { backRoom, messageList } from './bar.ts'
import { layout, tokenField } from './layout.ts'
import { handheld, laptop } from './people.ts'
import { ago } from './words.ts'

export interface DevicesView {
  readonly session: Session
  readonly messages: readonly string[]
  readonly devices: readonly ListedSession[]
}

export function devicesPage({ session, messages, devices }: DevicesView): string {
  const token = csrfToken(session)
  const here = devices.filter(({ current }) => current)
  const others = devices.filter(({ current }) => !current)
  return layout({
    title: 'Your devices · The Lingering Leaf',
    session,
    content: html`${backRoom(session, '/devices')}
      <main class="list">
        ${messageList(session, messages)}
        <section aria-labelledby="title">
          <h1 id="title">Your devices</h1>
          <p class="quiet">
            Every browser in which you are signed in. One that you do not know? Sign it out; its
            next page says why.
          </p>
          <ul class="rows">
            ${[...here, ...others].map((device) => row(device, token))}
          </ul>
          ${others.length === 0 ? onlyHere() : everywhereElse(token)}
        </section>
      </main>`,
  })
}

function row(device: ListedSession, token: string | undefined): Html {
  const { id, current, userAgent, address, signedInAt, lastActiveAt } = device
  const name = browserName(userAgent)
  return html`<li class="row" data-device="${id}">
    ${isHandheld(userAgent) ? handheld() : laptop()}
    <div class="facts">
      <h2>${name} ${current && html`<span class="badge">this device</span>`}</h2>
      <p>
        Last active ${time(lastActiveAt)}. Signed in
        ${time(signedInAt)}${
          address !== null && html` from <span class="address">${address}</span>`
        }.
      </p>
    </div>
    ${current ? html`` : signOut(id, name, token)}
  </li>`
}

function time(date: Date): Html {
  const iso = date.toISOString()
  return html`<time datetime="${iso}" title="${iso}">${ago(date)}</time>`
}

function signOut(id: string, name: string, token: string | undefined): Html {
  return html`<form method="post" action="/devices/sign-out">
    ${tokenField(token)}
    <input type="hidden" name="id" value="${id}" />
    <button class="second" aria-label="Sign ${name} out">Sign out</button>
  </form>`
}

function everywhereElse(token: string | undefined): Html {
  return html`<form method="post" action="/devices/sign-out-others">
    ${tokenField(token)}
    <button>Sign out everywhere else</button>
  </form>`
}

function onlyHere(): Html {
  return html`<p class="quiet">
    You are signed in nowhere else. Sign in with another browser, or a private window, and it
    appears here.
  </p>`
}
