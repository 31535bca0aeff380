const MEBIBYTE = 1024 * 1024
const ROUNDS = 41

/** Shapes on which a reader that looks twice, or back, would spend its time. */
const UNITS: readonly (readonly [shape: string, unit: (name: string) => string])[] = [
  ['other cookies', () => 'a=1; '],
  ['one value', () => 'x'],
  ['spaces', () => ' '],
  ['tabs and semicolons', () => '\t;'],
  ['semicolons', () => ';'],
  ['equals signs', () => '='],
  ['our name with a letter after it', (name) => `${name}x=1;`],
  ['our name with a letter before it', (name) => `x${name}=1;`],
  ['our name in one value', (name) => `a${name}=`],
  ['our name behind spaces', (name) => `a ${' '.repeat(200)}${name}=`],
  ['quotes and backslashes', () => '"\\'],
  ['percent signs', () => '%3D%3B'],
  ['beginnings of our name', (name) => name.slice(0, -1)],
]

export interface HugeHeader {
  readonly shape: string
  readonly header: string
}

/** Cookie headers of about so many characters, each with a cookie of ours at its end. */
export function hugeHeaders(name: string, value: string, length = MEBIBYTE): HugeHeader[] {
  const end = `; ${name}=${value}`
  return UNITS.map(([shape, unit]) => {
    const one = unit(name)
    const parts = Array.from({ length: Math.ceil((length - end.length) / one.length) }, () => one)
    // join() makes one piece of memory, as it comes from the wire; repeat() and + do not.
    return { shape, header: [...parts, end].join('') }
  })
}

/** The median of several calls, and the fastest, in milliseconds. */
export async function msToRead(
  work: () => unknown,
  rounds = ROUNDS,
): Promise<{ median: number; fastest: number }> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    await work()
    times.push(performance.now() - began)
  }
  times.sort((a, b) => a - b)
  return { median: times[times.length >> 1] ?? 0, fastest: times[0] ?? 0 }
}
