import type { RequestListener } from 'node:http'
import { withSession } from '../../src/adapters/node.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'

export interface Site {
  readonly sessions: Sessions<Data>
  readonly listener: RequestListener
  /** The Cookie header of each request, oldest first. */
  readonly cookieHeaders: string[]
}

/**
 * An application whose pages say who is asking, whatever lies before them in the path:
 * `…/in?name` begins a session, `…/out` ends it, `…/who` looks at it.
 */
export function openSite(options: Partial<SessionOptions<Data>> = {}): Site {
  const sessions = createSessions<Data>({ secret: SECRET, ...options })
  const cookieHeaders: string[] = []
  const listener = withSession(sessions, (request, response) => {
    cookieHeaders.push(request.headers.cookie ?? '')
    const { pathname, search } = new URL(request.url ?? '', 'http://localhost')
    const { session } = request
    const page = pathname.split('/').at(-1)
    if (page === 'in') session['user'] = search.slice(1)
    if (page === 'out') session.invalidate()
    const said = typeof session['user'] === 'string' ? session['user'] : 'nobody'
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(`<p>${said}</p>`)
  })
  return { sessions, listener, cookieHeaders }
}
