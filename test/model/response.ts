import type { CommitResult } from '../../src/index.ts'
import { parseSetCookie } from '../support/browser-jar.ts'
import type { Asked } from './asked.ts'
import type { World } from './world.ts'

/** What is wrong about a response at the moment it is given. */
export async function responseProblem(
  world: World,
  asked: Asked,
  { outcome, setCookie }: CommitResult,
): Promise<string | undefined> {
  const { prefix, scenario } = world.stage
  const { ending, refused, plan } = asked
  if (ending?.principal && (outcome === 'destroyed' || outcome === 'gone')) {
    const left = await world.record(prefix + ending.id)
    if (left?.principal === ending.principal) return 'P1 a sign-out is answered, its session lives'
  }
  const own = await world.record(world.stage.key)
  if (outcome === 'gone' && own && !refused && !ending && asked.families.has(own.familyHash)) {
    return 'P4 a request is told gone whose family is in force'
  }
  if (setCookie === undefined) return undefined
  const { value, attributes } = parseSetCookie(setCookie)
  if (attributes['max-age'] === '0') return undefined
  const id = value.split('.')[0] ?? ''
  if (world.ended.has(id) && !scenario.oneId) return 'P1 a cookie is handed out of an ended session'
  const record = await world.record(prefix + id)
  if (record === undefined) return undefined
  if (!world.isOf(setCookie, record)) return 'P8 a cookie of a killed family is handed out'
  const strange = ![null, 'mallory', scenario.start?.principal].includes(record.principal)
  return plan.by === 'attacker' && strange ? 'P3 the attacker is handed a live cookie' : undefined
}
