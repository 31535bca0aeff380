import { type Session, type Sessions, createSessions } from 'sojourn'
import { redisStore } from 'sojourn/redis'
import { type Account, KEYS, addView, answerOf } from '../account.ts'
import { type Keeper, NEAR } from '../subjects.ts'
import type { Work } from '../work.ts'
import { SECRET } from './peers.ts'

/** Default options throughout, but for what the keeper is called by. */
export function sojournSessions(keeper: Keeper, redisUrl: string): Sessions<Account> {
  const nearCache = keeper === NEAR ? {} : undefined
  return createSessions<Account>({
    secret: SECRET,
    store: redisStore({ url: redisUrl, nearCache }),
  })
}

let signedIn = 0

export function workOfSojourn<C>(sessionOf: (context: C) => Session<Account>): Work<C> {
  function read(context: C) {
    return answerOf(sessionOf(context))
  }
  return {
    begin: (context, data) => answerOf(Object.assign(sessionOf(context), data)),
    read,
    write(context) {
      const session = sessionOf(context)
      addView(session)
      return answerOf(session)
    },
    async update(context) {
      await sessionOf(context).update(addView)
      return read(context)
    },
    rotate(context) {
      sessionOf(context).rotate()
      return read(context)
    },
    async signIn(context, data) {
      const session = Object.assign(sessionOf(context), data)
      await session.signIn(`user-${++signedIn}`, { keep: KEYS })
      return read(context)
    },
    end(context) {
      sessionOf(context).invalidate()
      return answerOf(undefined)
    },
  }
}
