import { bars, classes, counted, number, size } from '../figures.ts'
import { type Html, html } from '../html.ts'
import type { Page } from '../layout.ts'
import { ago } from '../parts.ts'
import type { NoSurvey, Survey } from '../survey.ts'
import { EVERY, type View, activity, linkTo } from './activity.ts'
import { latest, most } from './lists.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const AGES = {
  bounds: [MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS],
  labels: ['under 1 min', '1 to 10 min', '10 to 60 min', '1 to 6 h', '6 to 24 h'].concat([
    '1 to 7 days',
    '7 to 30 days',
    '30 days or more',
  ]),
}

const SIZES = {
  bounds: [256, 512, 1024, 4096, 16_384, 65_536],
  labels: ['under 256 B', '256 to 511 B', '512 B to 1 KiB', '1 to 4 KiB', '4 to 16 KiB'].concat([
    '16 to 64 KiB',
    '64 KiB or more',
  ]),
}

export function overview(survey: Survey | NoSurvey, view: View, now: number, policy: string): Page {
  if (survey === 'unscannable') return unscannable(policy)
  const { sessions } = survey
  return {
    status: 200,
    title: counted(sessions, 'session'),
    ...(view.refreshes && { refresh: EVERY }),
    body: html`${head(survey, view, now)} ${sessions === 0 ? nobody() : figures(survey, view)}
    ${rules(policy)}`,
  }
}

function head(survey: Survey, view: View, now: number): Html {
  const { at, sessions, keys, tookMs, whole } = survey
  const took = tookMs < 1000 ? `${Math.ceil(tookMs)} ms` : `${(tookMs / 1000).toFixed(1)} s`
  return html`<h1 class="count">
      <span class="figure">${number(sessions)}</span>
      ${sessions === 1 ? 'session' : 'sessions'}${!whole && ' seen'}
    </h1>
    ${
      !whole &&
      html`<p class="note">
        The scan stopped after about ${counted(keys, 'key')}: this is a part of the sessions, not
        all of them. Finding somebody’s sessions by their user id does not depend on it.
      </p>`
    }
    ${sessions > 0 && html`<p>${inWords(survey)}</p>`}
    <div class="actions">
      <small>As of ${ago(new Date(at), now)}, from a scan of ${took}</small>
      <small><a href="${linkTo(view, {})}">Refresh</a></small>
      <small
        ><a href="${linkTo(view, { refreshes: !view.refreshes })}"
          >${view.refreshes ? 'Stop refreshing' : `Refresh every ${EVERY} s`}</a
        ></small
      >
    </div>`
}

function inWords({ sessions, signedIn, principals, endingSoon, bytes, whole }: Survey): string {
  const people = `${whole ? '' : 'at least '}${counted(principals, 'user id')}`
  const visitors = counted(sessions - signedIn, 'visitor')
  const who = `${number(signedIn)} signed in, of ${people}; ${visitors}.`
  const soon = `${number(endingSoon)} will have ended in 5 minutes if nothing happens.`
  return `${who} ${endingSoon > 0 ? `${soon} ` : ''}All together they take ${size(bytes)}.`
}

function nobody(): Html {
  return html`<section>
    <h2>Nobody is here</h2>
    <p>
      A session begins when the application keeps something for somebody: who only looks around has
      none. As soon as one is stored it shows here.
    </p>
  </section>`
}

function figures(survey: Survey, view: View): Html {
  return html`${activity(survey, view)}
    <section class="two">
      ${bars('How old they are', 'Age', classes(survey.ages, AGES.bounds, AGES.labels))}
      ${bars('How large they are', 'Bytes stored', classes(survey.sizes, SIZES.bounds, SIZES.labels))}
    </section>
    ${latest(survey)} ${survey.most.length > 0 && most(survey)}`
}

function rules(policy: string): Html {
  return html`<section>
    <h2>The rules in force</h2>
    <details>
      <summary>Timeouts, rotation, cookie and storage</summary>
      <pre>${policy}</pre>
    </details>
  </section>`
}

function unscannable(policy: string): Page {
  return {
    status: 200,
    title: 'Sessions',
    body: html`<h1>Sessions</h1>
      <p>
        This store cannot be scanned: it has no scan(). Find somebody’s sessions by their user id.
      </p>
      ${rules(policy)}`,
  }
}
