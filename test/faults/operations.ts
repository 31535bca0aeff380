import { createSeal } from '../../src/cookie/credential.ts'
import { expressSession } from '../../src/migrate/express-session.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { type Data, SECRET } from '../support/app.ts'
import type { DataSession, Scene } from './scene.ts'

/** What an application awaits, and how what was begun before and comes after it is done. */
export interface Operation {
  /** As many as it sends to Redis at least, also when nothing goes wrong. */
  readonly commands: number
  /** What lies there is the same afterwards; elsewhere it must not be. */
  readonly onlyReads?: true
  readonly options?: Partial<SessionOptions<Data>>
  /** What was there before, and what was done before in the same request. */
  readonly given?: (scene: Scene) => Promise<Prepared>
  /** One promise of the public interface. */
  readonly act: (scene: Scene, prepared: Prepared) => Promise<unknown>
  /** What the request does when that has failed, on the same session. */
  readonly after?: (scene: Scene, prepared: Prepared) => Promise<unknown>
  /** Store operations that may fail without any harm: the next request does it. */
  readonly spoilsNothing?: readonly string[]
}

export interface Prepared {
  readonly session?: DataSession
  readonly cookie?: string
  readonly id?: string
}

const REASON = { reason: 'the password was changed' }
const HOUR_MS = 3_600_000
const TOUCHY = { touchInterval: 0 }

/** A request of somebody who has a session, opened, and changed as told. */
function opened(
  change: (session: DataSession) => void = () => undefined,
  cookie: (scene: Scene) => Promise<string> = (scene) => scene.visitor(),
) {
  return async (scene: Scene): Promise<Prepared> => {
    const header = await cookie(scene)
    const session = await scene.sessions.open(header)
    change(session)
    return { session, cookie: header, id: session.id }
  }
}

function visiting(change: (session: DataSession) => void = () => undefined) {
  return async ({ sessions }: Scene): Promise<Prepared> => {
    const session = await sessions.open()
    change(session)
    return { session }
  }
}

function commit({ sessions }: Scene, { session }: Prepared): Promise<unknown> {
  return sessions.commit(session as DataSession)
}

/** The end of a request whose handler has thrown. */
function commitFailed({ sessions }: Scene, { session }: Prepared): Promise<unknown> {
  return sessions.commit(session as DataSession, { failed: true })
}

async function saveAgain(scene: Scene, prepared: Prepared): Promise<unknown> {
  await (prepared.session as DataSession).save()
  return commitFailed(scene, prepared)
}

function change(session: DataSession): void {
  session['color'] = 'red'
  session.pushFlash('saved')
}

/** Another request writes meanwhile. */
async function overtaken(scene: Scene, header: string): Promise<void> {
  const other = await scene.directly.open(header)
  other['other'] = 1
  other.pushFlash('theirs')
  await scene.directly.commit(other)
}

function increment(draft: Data): void {
  draft['n'] = Number(draft['n'] ?? 0) + 1
}

const signedIn = (scene: Scene) => scene.signedIn()

/** The cookie after the next one of this session. */
function successor({ prefix }: Scene, cookie: string, edition = 1): string {
  const [name = '', value = ''] = cookie.split('=')
  const [id = '', family = ''] = value.split('.')
  return `${name}=${createSeal([SECRET], prefix).write(name, { id, family, edition })}`
}

async function threeOfAda(scene: Scene): Promise<Prepared> {
  await scene.signedIn()
  await scene.signedIn()
  const cookie = await scene.signedIn()
  return { cookie, id: (await scene.directly.open(cookie)).id }
}

/** Who ends sessions is told how many, also when that was sent twice. */
function expectToEnd(expected: number, told: number): void {
  if (told !== expected) throw new Error(`it said to have ended ${told} sessions, not ${expected}`)
}

/** A request that comes with the cookie of another library, changed as told. */
function openedOld(change: (session: DataSession) => void = () => undefined) {
  return opened(change, (scene) => scene.old())
}

const MIGRATING = { migrate: expressSession({ secret: SECRET }) }

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'open()': {
    commands: 1,
    onlyReads: true,
    given: async (scene) => ({ cookie: await scene.visitor() }),
    act: ({ sessions }, { cookie }) => sessions.open(cookie),
  },
  'open(), with option epoch': {
    commands: 2,
    onlyReads: true,
    options: { epoch: true },
    given: async (scene) => ({ cookie: await scene.visitor() }),
    act: ({ sessions }, { cookie }) => sessions.open(cookie),
  },
  'open() of a replay, which ends the session': {
    commands: 2,
    options: { onReplay: 'end' },
    async given(scene) {
      const cookie = await scene.visitor()
      const next = await scene.directly.open(successor(scene, cookie, 2))
      await scene.directly.commit(next)
      return { cookie }
    },
    act: ({ sessions }, { cookie }) => sessions.open(cookie),
  },
  'a request that only looks, and is activity': {
    commands: 2,
    options: TOUCHY,
    given: async (scene) => ({ cookie: await scene.visitor() }),
    act: async ({ sessions }, { cookie }) => sessions.commit(await sessions.open(cookie)),
    spoilsNothing: ['touch'],
  },
  'commit() of a visitor with nothing to keep': {
    commands: 0,
    onlyReads: true,
    given: visiting(),
    act: commit,
  },
  'commit() of a new session': {
    commands: 1,
    given: visiting(change),
    act: commit,
    after: commitFailed,
  },
  'commit() of a change': { commands: 1, given: opened(change), act: commit, after: commitFailed },
  'a request that changes something, and is activity': {
    commands: 3,
    options: TOUCHY,
    given: async (scene) => ({ cookie: await scene.visitor() }),
    async act({ sessions }, { cookie }) {
      const session = await sessions.open(cookie)
      change(session)
      return sessions.commit(session)
    },
    spoilsNothing: ['touch'],
  },
  'commit() of a change, after a conflict': {
    commands: 2,
    async given(scene) {
      const prepared = await opened(change)(scene)
      await overtaken(scene, prepared.cookie as string)
      return prepared
    },
    act: commit,
    after: commitFailed,
  },
  'commit() of messages that were shown, and another': {
    commands: 1,
    given: opened(
      (session) => {
        session.popFlash()
        session.pushFlash('next')
      },
      (scene) => scene.visitor({ n: 1 }, ['first']),
    ),
    act: commit,
    after: commitFailed,
  },
  'commit() after clear()': {
    commands: 1,
    given: opened((session) => {
      session.clear()
      change(session)
    }),
    act: commit,
    after: commitFailed,
  },
  'rotate(): its commit()': {
    commands: 1,
    given: opened((session) => session.rotate()),
    act: commit,
    after: commitFailed,
  },
  'rotate() and a change: their commit()': {
    commands: 1,
    given: opened((session) => {
      session.rotate()
      change(session)
    }),
    act: commit,
    after: commitFailed,
  },
  'a request that only looks, with a renewal and activity': {
    commands: 2,
    options: TOUCHY,
    async given(scene) {
      const cookie = await scene.visitor()
      await scene.promotedEarlier(cookie, HOUR_MS)
      return { cookie }
    },
    act: async ({ sessions }, { cookie }) => sessions.commit(await sessions.open(cookie)),
    spoilsNothing: ['touch'],
  },
  'a renewal: its commit()': {
    commands: 1,
    onlyReads: true,
    async given(scene) {
      const cookie = await scene.visitor()
      await scene.promotedEarlier(cookie, HOUR_MS)
      return { cookie, session: await scene.sessions.open(cookie) }
    },
    act: commit,
    spoilsNothing: ['touch'],
  },
  'a renewed cookie, used for the first time': {
    commands: 2,
    async given(scene) {
      const cookie = await scene.visitor()
      await scene.promotedEarlier(cookie, HOUR_MS)
      return { cookie: successor(scene, cookie) }
    },
    act: async ({ sessions }, { cookie }) => sessions.commit(await sessions.open(cookie)),
    spoilsNothing: ['touch'],
  },
  'update()': {
    commands: 1,
    given: opened(),
    act: (_, { session }) => (session as DataSession).update(increment),
    after: commitFailed,
  },
  'update() beside an unsaved change': {
    commands: 1,
    given: opened(change),
    act: (_, { session }) => (session as DataSession).update(increment),
    after: commitFailed,
  },
  'update(), after a conflict': {
    commands: 2,
    async given(scene) {
      const prepared = await opened()(scene)
      await overtaken(scene, prepared.cookie as string)
      return prepared
    },
    act: (_, { session }) => (session as DataSession).update(increment),
    after: commitFailed,
  },
  'update() of a visitor': {
    commands: 1,
    given: visiting(),
    act: (_, { session }) => (session as DataSession).update(increment),
    after: commitFailed,
  },
  'save()': {
    commands: 1,
    given: opened(change),
    act: (_, { session }) => (session as DataSession).save(),
    after: commitFailed,
  },
  'save(), tried again': {
    commands: 1,
    given: opened(change),
    act: (_, { session }) => (session as DataSession).save(),
    after: saveAgain,
  },
  'save() of a visitor': {
    commands: 1,
    given: visiting(change),
    act: (_, { session }) => (session as DataSession).save(),
    after: commitFailed,
  },
  'save() of a visitor, tried again': {
    commands: 1,
    given: visiting(change),
    act: (_, { session }) => (session as DataSession).save(),
    after: saveAgain,
  },
  'save() after rotate()': {
    commands: 1,
    given: opened((session) => {
      session.rotate()
      change(session)
    }),
    act: (_, { session }) => (session as DataSession).save(),
    after: commitFailed,
  },
  'adjustTimeoutForSession(): its commit()': {
    commands: 1,
    given: opened((session) => session.adjustTimeoutForSession(28_800)),
    act: commit,
    after: commitFailed,
  },
  'adjustTimeoutForSession() of a visitor: its commit()': {
    commands: 1,
    given: visiting((session) => session.adjustTimeoutForSession(28_800)),
    act: commit,
    after: commitFailed,
  },
  'invalidate(): its commit()': {
    commands: 1,
    given: opened((session) => session.invalidate()),
    act: commit,
    after: commitFailed,
  },
  'invalidate(), and another session: their commit()': {
    commands: 2,
    given: opened((session) => {
      session.invalidate()
      change(session)
    }),
    act: commit,
    after: commitFailed,
  },
  'invalidate() of who is signed in, and another session: their commit()': {
    commands: 3,
    given: opened((session) => {
      session.invalidate()
      change(session)
    }, signedIn),
    act: commit,
    after: commitFailed,
    spoilsNothing: ['delist'],
  },
  'signIn() of a visitor without a session': {
    commands: 2,
    given: visiting(),
    act: (_, { session }) => (session as DataSession).signIn('ada'),
    after: commitFailed,
  },
  'signIn() of a visitor with a session': {
    commands: 2,
    given: opened(),
    act: (_, { session }) => (session as DataSession).signIn('ada', { keep: ['n'] }),
    after: commitFailed,
  },
  'signIn() where another session of hers has to end': {
    commands: 7,
    options: { maxPerPrincipal: { limit: 2 } },
    async given(scene) {
      await scene.signedIn()
      await scene.signedIn()
      return opened()(scene)
    },
    act: (_, { session }) => (session as DataSession).signIn('ada'),
    after: commitFailed,
  },
  'signIn() of who is signed in': {
    commands: 2,
    given: opened(undefined, signedIn),
    act: (_, { session }) => (session as DataSession).signIn('ada'),
    after: commitFailed,
  },
  'signIn() of somebody else': {
    commands: 3,
    given: opened(undefined, signedIn),
    act: (_, { session }) => (session as DataSession).signIn('bob'),
    after: commitFailed,
    spoilsNothing: ['delist'],
  },
  'signIn(), and its commit()': {
    commands: 2,
    given: opened(),
    async act(scene, prepared) {
      await (prepared.session as DataSession).signIn('ada')
      return commit(scene, prepared)
    },
  },
  'signOut()': {
    commands: 2,
    given: opened(undefined, signedIn),
    act: (_, { session }) => (session as DataSession).signOut(),
    after: commitFailed,
    spoilsNothing: ['delist'],
  },
  'of().list()': {
    commands: 4,
    onlyReads: true,
    given: threeOfAda,
    act: ({ sessions }) => sessions.of('ada').list(),
  },
  'of().list(), where one has ended': {
    commands: 5,
    async given(scene) {
      const { id } = await threeOfAda(scene)
      await scene.directly.revoke(id as string, REASON)
      return {}
    },
    act: ({ sessions }) => sessions.of('ada').list(),
  },
  'of().revoke()': {
    commands: 3,
    given: threeOfAda,
    act: async ({ sessions }, { id }) =>
      expectToEnd(1, Number(await sessions.of('ada').revoke(id as string, REASON))),
  },
  'of().revokeOthers()': {
    commands: 4,
    given: threeOfAda,
    act: async ({ sessions }, { id }) =>
      expectToEnd(2, (await sessions.of('ada').revokeOthers(id as string, REASON)).length),
  },
  'of().revokeAll()': {
    commands: 5,
    given: threeOfAda,
    act: async ({ sessions }) =>
      expectToEnd(3, (await sessions.of('ada').revokeAll(REASON)).length),
  },
  'revoke()': {
    commands: 1,
    given: threeOfAda,
    act: async ({ sessions }, { id }) =>
      expectToEnd(1, Number(await sessions.revoke({ id: id as string }, REASON))),
  },
  'revokeEverything()': {
    commands: 1,
    options: { epoch: true },
    given: threeOfAda,
    act: ({ sessions }) => sessions.revokeEverything(REASON),
  },
  'scan()': {
    // One SCAN and a GET of each; more where more keys lie about.
    commands: 4,
    onlyReads: true,
    given: threeOfAda,
    async act({ sessions }) {
      const found = new Set<string>()
      for await (const { id } of sessions.scan()) found.add(id)
      if (found.size !== 3) throw new Error(`it gave ${found.size} of 3 sessions, and no error`)
    },
  },
  'open() of a session to migrate': {
    commands: 2,
    onlyReads: true,
    options: MIGRATING,
    given: async (scene) => ({ cookie: await scene.old() }),
    act: ({ sessions }, { cookie }) => sessions.open(cookie),
  },
  'a session to migrate: its commit()': {
    commands: 4,
    options: MIGRATING,
    given: openedOld(),
    act: commit,
    after: commitFailed,
  },
  'a session to migrate, changed: its commit()': {
    commands: 5,
    options: MIGRATING,
    given: openedOld(change),
    act: commit,
    after: commitFailed,
  },
  'a session to migrate, after rotate(): its commit()': {
    commands: 5,
    options: MIGRATING,
    given: openedOld((session) => session.rotate()),
    act: commit,
    after: commitFailed,
  },
  'update() of a session to migrate': {
    commands: 5,
    options: MIGRATING,
    given: openedOld(),
    act: (_, { session }) => (session as DataSession).update(increment),
    after: commitFailed,
  },
  'signIn() in a session to migrate': {
    commands: 6,
    options: MIGRATING,
    given: openedOld(),
    act: (_, { session }) => (session as DataSession).signIn('ada', { keep: ['n'] }),
    after: commitFailed,
  },
  'invalidate() of a session to migrate: its commit()': {
    commands: 2,
    options: MIGRATING,
    given: openedOld((session) => session.invalidate()),
    act: commit,
    after: commitFailed,
  },
}
