import {
  type Account,
  type Answer,
  KEYS,
  SIZES,
  USER,
  account,
  addView,
  answerOf,
} from './account.ts'

type Reply = Answer | Promise<Answer>

/** What the handlers of a server do. The context is what its framework hands to them. */
export interface Work<Context> {
  /** The first write of a session. */
  readonly begin: (context: Context, account: Account) => Reply
  readonly read: (context: Context) => Reply
  readonly write: (context: Context) => Reply
  /** Changes one key atomically. Left out where that cannot be said. */
  readonly update?: (context: Context) => Reply
  /** Another credential for the same data. */
  readonly rotate?: (context: Context) => Reply
  /** Another credential for a visitor, who is somebody now. */
  readonly signIn?: (context: Context, account: Account) => Reply
  readonly end: (context: Context) => Reply
}

export type Handler<Context> = (context: Context) => Reply

/** What a server without sessions answers, whatever it is asked. */
export const NO_SESSION: Answer = { user: USER, views: 0 }

export function routesOf<C>(work: Work<C>): ReadonlyMap<string, Handler<C>> {
  const routes = new Map<string, Handler<C>>([
    ['/none', () => NO_SESSION],
    ['/read', (context) => work.read(context)],
    ['/write', (context) => work.write(context)],
    ['/sign-out', (context) => work.end(context)],
  ])
  for (const size of SIZES)
    routes.set(beginAt(size), (context) => work.begin(context, account(size)))
  const { update, rotate, signIn } = work
  if (update !== undefined) routes.set('/update', update)
  if (rotate !== undefined) routes.set('/rotate', rotate)
  if (signIn !== undefined) routes.set('/sign-in', (context) => signIn(context, account()))
  return routes
}

/** The path at which a session of so many kilobytes begins. */
export function beginAt(size: number): string {
  return `/begin-${size}`
}

export interface ObjectSessions<C> {
  readonly sessionOf: (context: C) => Partial<Account>
  /** Gives the context another session, and another credential with it. */
  readonly regenerate: (context: C) => unknown
  readonly end: (context: C) => unknown
}

/** The work of libraries whose session is an object with data as its properties. */
export function workOnObjects<C>({ sessionOf, regenerate, end }: ObjectSessions<C>): Work<C> {
  function begin(context: C, data: Account): Answer {
    return answerOf(Object.assign(sessionOf(context), data))
  }
  return {
    begin,
    read: (context) => answerOf(sessionOf(context)),
    write(context) {
      const session = sessionOf(context)
      addView(session)
      return answerOf(session)
    },
    async rotate(context) {
      const before = sessionOf(context)
      const data = Object.fromEntries(KEYS.map((key) => [key, before[key]])) as unknown as Account
      await regenerate(context)
      return begin(context, data)
    },
    async signIn(context, data) {
      await regenerate(context)
      return begin(context, data)
    },
    async end(context) {
      await end(context)
      return answerOf(undefined)
    },
  }
}
