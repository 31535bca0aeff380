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
 * `…/in?name` begins a session, `…/sign-in?name` signs somebody in, `…/out` ends it, `…/who` looks.
 */
export function openSite(options: Partial<SessionOptions<Data>> = {}): Site {
  const sessions = createSessions<Data>({ secret: SECRET, ...options })
  const cookieHeaders: string[] = []
  const listener = withSession(sessions, async (request, response) => {
    cookieHeaders.push(request.headers.cookie ?? '')
    const { pathname, search } = new URL(request.url ?? '', 'http://localhost')
    const { session } = request
    const page = pathname.split('/').at(-1)
    const name = search.slice(1)
    if (page === 'in') session['user'] = name
    if (page === 'sign-in') await session.signIn(name)
    if (page === 'out') await session.signOut()
    const said = session.principal ?? (session['user'] as string | undefined) ?? 'nobody'
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(`<p>${said}</p>`)
  })
  return { sessions, listener, cookieHeaders }
}
