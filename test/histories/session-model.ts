import type { Act, Changes, Seen } from './history.ts'

/** A session as the protocol promises it: what one register must hold, at one instant. */
export interface State extends Seen {
  readonly life: 'unborn' | 'live' | 'removed' | 'ended'
  readonly family: string
  /** Every message that was ever pushed: none comes twice. */
  readonly known: readonly string[]
}

export const UNBORN: State = {
  life: 'unborn',
  family: '',
  data: {},
  flash: [],
  timeout: 0,
  principal: null,
  known: [],
}

const REMOVED: State = { ...UNBORN, life: 'removed' }
/** A tombstone lies there. */
const ENDED: State = { ...UNBORN, life: 'ended' }

/**
 * The session after an act, or `undefined` where the act cannot have happened as it was told.
 * What changes nothing gives the very state it was given.
 */
export function after(state: State, act: Act): State | undefined {
  const lives = state.life === 'live'
  switch (act.kind) {
    case 'open':
      return opens(state, act.family, act.seen) ? state : undefined
    case 'create':
      if (state.life !== 'unborn') return undefined
      return { ...act.first, life: 'live', family: act.family, known: act.first.flash }
    case 'write':
      return isHeldBy(state, act.family) ? written(state, state, act.changes) : undefined
    case 'update':
      if (!isHeldBy(state, act.family) || numberIn(state, act.key) !== act.found) return undefined
      return { ...state, data: { ...state.data, [act.key]: act.found + 1 } }
    case 'signIn': {
      if (!isHeldBy(state, act.family)) return undefined
      const { keep, principal, changes } = act
      const kept = keep === null ? state : { data: only(keep, state.data), flash: [] }
      return { ...written(state, kept, changes), principal }
    }
    case 'gone':
      return isHeldBy(state, act.family) ? undefined : state
    case 'remove':
      if (lives) return mayRemove(state, act.principal) ? REMOVED : undefined
      return state.life === 'ended' ? undefined : state
    case 'removeRefused':
      return state.life === 'ended' || (lives && !mayRemove(state, act.principal))
        ? state
        : undefined
    case 'revoke':
      if (act.lived !== null && act.lived !== lives) return undefined
      return lives ? ENDED : state
  }
}

/** Whether an act changes nothing wherever it is possible. */
export function onlyLooks({ kind }: Act): boolean {
  return kind === 'open' || kind === 'gone' || kind === 'removeRefused'
}

function isHeldBy({ life, family }: State, claimed: string): boolean {
  return life === 'live' && family === claimed
}

function mayRemove({ principal }: State, known: string | null): boolean {
  return principal === null || principal === known
}

function opens(state: State, family: string, seen: Seen | 'absent' | 'refused'): boolean {
  if (seen === 'absent') return state.life !== 'live'
  if (seen === 'refused') return state.life === 'live' && state.family !== family
  return isHeldBy(state, family) && textOf(seen) === textOf(state)
}

function written(
  state: State,
  onto: Pick<Seen, 'data' | 'flash'>,
  { data, pushed, popped, timeout, rotatesTo }: Changes,
): State {
  const merged: Record<string, unknown> = { ...onto.data }
  for (const [key, value] of Object.entries(data)) {
    if (value === null) delete merged[key]
    else merged[key] = value
  }
  const anew = pushed.filter((message) => !state.known.includes(message))
  return {
    ...state,
    data: merged,
    flash: [...onto.flash.filter((message) => !popped.includes(message)), ...anew],
    timeout: timeout ?? state.timeout,
    family: rotatesTo ?? state.family,
    known: [...state.known, ...anew],
  }
}

function only(keys: readonly string[], data: Seen['data']): Seen['data'] {
  return Object.fromEntries(Object.entries(data).filter(([key]) => keys.includes(key)))
}

function numberIn({ data }: State, key: string): number {
  return Number(data[key] ?? 0)
}

function textOf({ data, flash, timeout, principal }: Seen): string {
  return JSON.stringify([Object.entries(data).toSorted(byName), flash, timeout, principal])
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1
}

/** The same text for the same state, and only then. */
export function keyOf(state: State): string {
  const { life, family, known } = state
  return `${life} ${family} ${textOf(state)} ${known.toSorted().join()}`
}
