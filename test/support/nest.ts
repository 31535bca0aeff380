export function nest(
  levels: number,
  wrap: (inner: unknown) => unknown,
  innermost: unknown = 'innermost',
): unknown {
  let value = innermost
  for (let level = 0; level < levels; level++) value = wrap(value)
  return value
}
