import { GoneError } from '../../src/errors.ts'
import type { Data, DataSessions } from '../support/app.ts'
import type { Asked } from './asked.ts'
import type { Act } from './scenario.ts'
import type { World } from './world.ts'

type Session = Awaited<ReturnType<DataSessions['open']>>

/** Serves one request: opens its session, does what its plan says, commits. Or ends a session. */
export async function serve(world: World, asked: Asked): Promise<void> {
  const sessions = world.stage.nodes[asked.plan.node ?? 'first']
  if (asked.plan.by === 'admin') {
    await sessions.revoke(world.stage.id, { reason: 'admin', request: asked })
    return world.answered(asked, { outcome: 'destroyed' })
  }
  const options = { countAsActivity: asked.plan.polling !== true, local: false }
  const session = await sessions.open(asked.cookie, asked, options)
  asked.times.opened = world.seconds
  const { id, principal, isNew } = session
  asked.shown = { id, principal, stored: !isNew }
  world.opened(asked, asked.shown)
  for (const act of asked.plan.acts) {
    if ((await perform(world, asked, session, act)) === 'over') break
  }
  const result = await sessions.commit(session)
  world.answered(asked, result)
}

async function perform(world: World, asked: Asked, session: Session, act: Act): Promise<unknown> {
  switch (act[0]) {
    case 'set':
      session[act[1]] = act[2]
      return
    case 'flash':
      return session.pushFlash(act[1])
    case 'pop':
      return void asked.popped.push(...session.popFlash())
    case 'clear':
      return session.clear()
    case 'adjust':
      return session.adjustTimeoutForSession(act[1])
    case 'rotate':
      return session.rotate()
    case 'invalidate':
      if (!session.isNew) asked.ending = { id: session.id, principal: session.principal }
      return session.invalidate()
    case 'slow':
      return asked.actor?.stop('slow')
    case 'save':
      return (await session.save()) === 'gone' ? 'over' : undefined
    case 'update':
      return update(world, asked, session, act[1])
    case 'signIn':
      return signIn(asked, session, act[1], act[2])
  }
}

async function signIn(
  asked: Asked,
  session: Session,
  principal: string,
  keep: readonly string[] = [],
): Promise<unknown> {
  try {
    await session.signIn(principal, { keep })
    asked.signedIn = true
    return undefined
  } catch (error) {
    if (error instanceof GoneError) return 'over'
    throw error
  }
}

async function update(world: World, asked: Asked, session: Session, key: string): Promise<void> {
  const { id, isNew } = session
  try {
    await session.update((draft: Data) => {
      world.draftShown(asked)
      draft[key] = Number(draft[key] ?? 0) + 1
    })
    if (!isNew) world.incremented(id, key)
  } catch (error) {
    if (!(error instanceof GoneError)) throw error
  }
}
