import type { AnyResponse } from './any-response.ts'
import type { Methods } from './gate.ts'

/** A gate that stands on the prototype of many responses, and what lies beneath it. */
interface Shared {
  readonly methods: Methods
  readonly beneath: Methods
}

const SENDING = ['write', 'end', 'flushHeaders', 'writeHeader']

/** By the prototype it stands on, and by every prototype a response was seen with. */
const shared = new WeakMap<object, Shared | 'none'>()

/**
 * The methods beneath a gate that this response shares with all others of its framework, which is
 * put there on first sight; `undefined` where it needs a gate of its own.
 *
 * Express gives each response a prototype of its own (app.response). Every property added to such
 * an object makes it a shape of its own, which costs more than all else the gate does; so the
 * methods go once on the prototype just above Node's, and do nothing for responses without a gate.
 * Not where something has laid methods over them: the gate has to be on top.
 */
export function sharedBeneath(
  response: AnyResponse,
  over: (beneath: Methods) => Methods,
): Methods | undefined {
  const prototype = Object.getPrototypeOf(response) as object
  let found = shared.get(prototype)
  if (found === undefined) {
    found = share(prototype, over)
    shared.set(prototype, found)
  }
  return found !== 'none' && isOnTop(found.methods, response) ? found.beneath : undefined
}

function share(prototype: object, over: (beneath: Methods) => Methods): Shared | 'none' {
  let host: object | undefined
  let owner: object | null = prototype
  while (owner !== null && !Object.hasOwn(owner, 'writeHead')) {
    host = owner
    owner = Object.getPrototypeOf(owner) as object | null
  }
  if (owner === null) return 'none'
  const standing = shared.get(owner)
  if (standing !== undefined && standing !== 'none') return standing
  if (host === undefined || hasMethods(host)) return 'none'
  const beneath = owner as Methods
  const stands = { methods: over(beneath), beneath }
  for (const [name, value] of Object.entries(stands.methods)) {
    if (name in beneath)
      Object.defineProperty(host, name, { value, writable: true, configurable: true })
  }
  shared.set(host, stands)
  return stands
}

/** A class of its own that extends ServerResponse, or a framework's prototype that somebody patched. */
function hasMethods(host: object): boolean {
  return SENDING.some((name) => Object.hasOwn(host, name))
}

function isOnTop(methods: Methods, response: AnyResponse): boolean {
  return (
    response.writeHead === methods.writeHead &&
    response.write === methods.write &&
    response.end === methods.end &&
    response.flushHeaders === methods.flushHeaders
  )
}
