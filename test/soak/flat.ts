/** Medians of the thirds of a row of measurements. The first third warms up, and is not judged. */
export interface Thirds {
  readonly first: number
  readonly second: number
  readonly last: number
}

/** A median is moved neither by one garbage collection that came late nor by one that came early. */
export function thirdsOf(values: readonly number[]): Thirds {
  const size = Math.floor(values.length / 3)
  return {
    first: median(values.slice(0, size)),
    second: median(values.slice(size, values.length - size)),
    last: median(values.slice(values.length - size)),
  }
}

/** It has not grown by more than `most` from the second third to the last. */
export function isFlat({ second, last }: Thirds, most: number): boolean {
  return last - second <= most
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
