import { html } from '../html.ts'
import type { Page } from '../layout.ts'

function problem(status: number, title: string, says: string): Page {
  return {
    status,
    title,
    body: html`<h1>${title}</h1>
      <p>${says}</p>
      <p><a href="?">All sessions</a></p>`,
  }
}

export const NO_SESSION = problem(
  404,
  'There is no such session',
  'It has ended, or there never was one with this id.',
)

export const NOTHING_TO_END = problem(
  400,
  'Nothing was ended',
  'The request did not say which session, or whose, or for what reason.',
)

export const NO_ANSWER = problem(
  503,
  'The store does not answer',
  'What is kept there is not lost by that. Try again in a moment.',
)
