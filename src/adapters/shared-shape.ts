const KEPT = Symbol('kept')
const REMOVED = Symbol('removed')

/** Node 20 and 22 have V8 11.3 and 12.4; Node 24 has 13.6, which needs no help. */
const needsHelp = Number.parseInt(process.versions.v8, 10) < 13

/**
 * Lets objects whose prototype was replaced one by one share a shape again. Express does that to
 * every request and response, and V8 before 13 then gives each of them a shape of its own at every
 * property it gets: whatever the engine has learnt about one request is lost on the next. An object
 * that loses a property which is not its latest becomes a table, and tables with the same prototype
 * have one shape (docs/decisions/015).
 */
export function shareShape(object: object): void {
  if (!needsHelp || isMadeByItsClass(object)) return
  const table: { [REMOVED]?: true; [KEPT]?: true } = object
  table[REMOVED] = true
  table[KEPT] = true
  delete table[REMOVED]
  delete table[KEPT]
}

function isMadeByItsClass(object: object): boolean {
  const prototype = Object.getPrototypeOf(object) as object | null
  return prototype === null || Object.hasOwn(prototype, 'constructor')
}
