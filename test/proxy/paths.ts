import type { Sessions } from '../../src/sessions.ts'
import type { Data, Turn } from '../conformance/driver.ts'

/** What a page does with its session. What it returns is the page's, beside a number of its own. */
export type Path = (turn: Turn, sessions: Sessions<Data>) => unknown

/** Every way in which a handler can come to depend on who asks, by the sentence that says it. */
export const LOOKS: Readonly<Record<string, Path>> = {
  'reads a key': ({ session }) => session['user'],
  'tests for a key': ({ session }) => 'user' in session,
  'lists the keys': ({ session }) => Object.keys(session),
  'copies the session': ({ session }) => ({ ...session }),
  'iterates over it': ({ session }) => {
    const keys = []
    for (const key in session) keys.push(key)
    return keys
  },
  'turns it into JSON': ({ session }) => JSON.stringify(session),
  'reads only the id': ({ session }) => session.id,
  'reads only isNew': ({ session }) => session.isNew,
  'reads only expiresAt': ({ session }) => session.expiresAt,
  'reads only the timeout': ({ session }) => session.timeout,
  'reads only who is signed in': ({ session }) => session.principal,
  'reads only when they signed in': ({ session }) => session.signedInAt,
  'reads only how they signed in': ({ session }) => session.amr,
  'asks why it ended': ({ session }) => session.ended,
  'peeks at flash messages': ({ session }) => session.peekFlash(),
  'pops flash messages': ({ session }) => session.popFlash(),
  'verifies a CSRF token': ({ session }) => session.verifyCsrfToken('made up'),
  'finds it by its request': ({ request }, sessions) => sessions.from(request)['user'],
}

/** Every way in which a handler can change it. */
export const CHANGES: Readonly<Record<string, Path>> = {
  'gives out only a CSRF token': ({ session }) => session.getCsrfToken(),
  'gives out a new CSRF token': ({ session }) => session.newCsrfToken(),
  'writes a key': ({ session }) => void (session['n'] = Math.random()),
  'updates a key at once': ({ session }) => session.update((draft) => (draft['n'] = Math.random())),
  'saves at once': ({ session }) => {
    session['n'] = Math.random()
    return session.save()
  },
  'pushes a flash message': ({ session }) => session.pushFlash('hello'),
  'adjusts its timeout': ({ session }) => session.adjustTimeoutForSession(600),
  'empties it': ({ session }) => session.clear(),
  'rotates it': ({ session }) => session.rotate(),
  'signs somebody in': ({ session }) => session.signIn('somebody'),
  'signs out': ({ session }) => session.signOut(),
  'invalidates it': ({ session }) => session.invalidate(),
  'invalidates it and begins anew': ({ session }) => {
    session.invalidate()
    session['user'] = 'another'
  },
}

/** Pages that depend on nobody: the control. Caches may give them to anybody. */
export const UNTOUCHED = 'does not look at it'
