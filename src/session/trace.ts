/** What one walk over plain data met, in order: see {@link traceOf}. */
export type Trace = readonly unknown[]

/** Closes an object, so that a key which moves into the object before it does not go unnoticed. */
const END = Symbol('end')

/**
 * Keeps what data hold, by identity: every key, every value, every length. Data that are as they
 * were traced have not changed since, and to find that out costs a fraction of their text. Whether
 * others have changed only their text tells: equal values may have taken the place of those met.
 *
 * Takes plain data, which JSON can say: they hold no object twice and none that changes unseen.
 */
export function traceOf(data: object): Trace {
  const met: unknown[] = []
  note(data, met)
  return met
}

function note(container: object, met: unknown[]): void {
  if (Array.isArray(container)) {
    met.push(container.length)
    for (const item of container as unknown[]) {
      met.push(item)
      if (typeof item === 'object' && item !== null) note(item, met)
    }
    return
  }
  for (const key in container) {
    const value = (container as Record<string, unknown>)[key]
    met.push(key, value)
    if (typeof value === 'object' && value !== null) note(value, met)
  }
  met.push(END)
}

/** Whether a walk over `data` meets the very same now. */
export function isAsTraced(data: object, trace: Trace): boolean {
  return follow(data, trace, 0) === trace.length
}

/** Not a place in any trace, and neither is what comes after it. */
const NOWHERE = Number.NaN

/** Where the trace goes on behind a container; nowhere when it has parted from it. */
function follow(container: object, trace: Trace, from: number): number {
  return Array.isArray(container)
    ? followItems(container, trace, from)
    : followProperties(container as Record<string, unknown>, trace, from)
}

function followItems(items: readonly unknown[], trace: Trace, from: number): number {
  if (trace[from] !== items.length) return NOWHERE
  let at = from + 1
  for (const item of items) at = followValue(item, trace, at)
  return at
}

function followProperties(object: Record<string, unknown>, trace: Trace, from: number): number {
  let at = from
  for (const key in object) {
    if (trace[at] !== key) return NOWHERE
    at = followValue(object[key], trace, at + 1)
  }
  return trace[at] === END ? at + 1 : NOWHERE
}

function followValue(value: unknown, trace: Trace, at: number): number {
  if (!Object.is(value, trace[at])) return NOWHERE
  return typeof value === 'object' && value !== null ? follow(value, trace, at + 1) : at + 1
}
