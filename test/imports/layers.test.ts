import { expect, test } from 'vitest'
import { importsOf } from '../../scripts/layers.ts'

test.each([
  ["import { a } from './a.ts'", false],
  ["import type { A } from './a.ts'", true],
  ["import './a.ts'", false],
  ["export * from './a.ts'", false],
  ["const a = await import('./a.ts')", false],
  ["const a = await import(/* webpackIgnore: true */ './a.ts')", false],
])('the layering check sees %s', (text, typesOnly) => {
  expect(importsOf(text)).toEqual([{ target: './a.ts', typesOnly }])
})
