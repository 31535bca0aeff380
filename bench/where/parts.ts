import { readFileSync } from 'node:fs'
import type { Profiler, Runtime } from 'node:inspector'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Where JavaScript runs, and what V8 does for it. The rooms of src/ are parts of their own. */
export type Part = (typeof BESIDE)[number] | `src/${string}`

const BESIDE = ['handler', 'framework', 'Redis client', 'Node', 'promises, garbage'] as const

/** Of this project. What its servers do by hand lies anywhere in it, but in dist/. */
const ROOT = new URL('../../', import.meta.url).href

const OF_V8: readonly string[] = ['runMicrotasks', '(garbage collector)']

/** Microseconds that a server ran in each part. What is native in the end, a system call, is none. */
export function partsOf({
  nodes,
  samples = [],
  timeDeltas = [],
}: Profiler.Profile): Map<Part, number> {
  const parts = new Map<number, Part | undefined>()
  for (const { id, callFrame } of nodes) parts.set(id, partOf(callFrame))
  const spent = new Map<Part, number>()
  samples.forEach((id, nth) => {
    const part = parts.get(id)
    if (part !== undefined) spent.set(part, (spent.get(part) ?? 0) + (timeDeltas[nth] ?? 0))
  })
  return spent
}

/** The parts in which one of these ran, those of src/ first. */
export function partsIn(all: readonly ReadonlyMap<Part, number>[]): Part[] {
  const met = new Set(all.flatMap((parts) => [...parts.keys()]))
  const rooms = [...met].filter((part) => part.startsWith('src/')).toSorted()
  return [...rooms, ...BESIDE.filter((part) => met.has(part))]
}

function partOf({
  functionName,
  url,
  lineNumber,
  columnNumber,
}: Runtime.CallFrame): Part | undefined {
  if (url === '') return OF_V8.includes(functionName) ? 'promises, garbage' : undefined
  if (url.startsWith('node:')) return 'Node'
  if (url.includes('/@redis/')) return 'Redis client'
  if (url.includes('/node_modules/')) return 'framework'
  if (!url.startsWith(ROOT)) return undefined
  return url.startsWith('dist/', ROOT.length) ? roomOf(url, lineNumber, columnNumber) : 'handler'
}

const maps = new Map<string, SourceMap>()

/** `src/store`; what lies in src/ itself is `src/*.ts`. */
function roomOf(url: string, line: number, column: number): Part | undefined {
  let map = maps.get(url)
  if (map === undefined) {
    map = new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')))
    maps.set(url, map)
  }
  const { originalSource = '' } = map.findEntry(line, column) as { originalSource?: string }
  const [, room, file] = /\/src\/([^/]+)(\/)?/.exec(originalSource) ?? []
  if (room === undefined) return undefined
  return file === undefined ? 'src/*.ts' : `src/${room}`
}
