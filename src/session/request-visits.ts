import type { Lifecycle, Visit } from './visit.ts'

/**
 * A property of the request rather than a WeakMap of requests: an entry per request keeps the
 * garbage collector busier than all else a visit costs.
 */
const VISIT = Symbol('sojourn.visit')
interface Visited {
  [VISIT]?: Visit
}

/** From here on the request knows the visit, once however often it is said. */
export function admitTo(request: object, visit: Visit): void {
  const visited = request as Visited
  const latest = visited[VISIT]
  if (latest === undefined) visited[VISIT] = visit
  else if (!leadsTo(latest, visit)) {
    visit.earlier = withoutUnshown(latest, visit.lifecycle)
    visited[VISIT] = visit
  }
}

/** A set of sessions that opened in parallel may have come after it. */
function leadsTo(latest: Visit, visit: Visit): boolean {
  let each: Visit | undefined = latest
  while (each !== undefined && each !== visit) each = each.earlier
  return each !== undefined
}

/**
 * The visits before another of this lifecycle. Whoever opens a session for each message of a
 * socket, with the request it began with, would keep them all for as long as the socket stays.
 */
function withoutUnshown(latest: Visit, lifecycle: Lifecycle): Visit | undefined {
  let first: Visit | undefined
  let kept: Visit | undefined
  for (let each: Visit | undefined = latest; each !== undefined; each = each.earlier) {
    if (each.lifecycle === lifecycle && each.property === undefined) continue
    if (kept === undefined) first = each
    else kept.earlier = each
    kept = each
  }
  if (kept !== undefined) kept.earlier = undefined
  return first
}

/** The visit of a request that `fits`, the latest first. */
export function visitOf(
  request: Visited | null | undefined,
  fits: (visit: Visit) => boolean,
): Visit | undefined {
  let visit = request?.[VISIT]
  while (visit !== undefined && !fits(visit)) visit = visit.earlier
  return visit
}

export function everyVisitOf(request: object, act: (visit: Visit) => void): void {
  for (let visit = (request as Visited)[VISIT]; visit; visit = visit.earlier) act(visit)
}

/** The handler failed, whatever status answers for that: for every set of sessions. */
export function failEveryVisitOf(request: object): void {
  everyVisitOf(request, (visit) => {
    visit.failed = true
  })
}
