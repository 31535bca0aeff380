import type { Deserialize, Serialize } from '../../options/options.ts'
import { type ConformanceCase, casesOf } from '../conformance.ts'
import { authenticityChecks } from './authenticity-checks.ts'
import { keepingChecks } from './keeping-checks.ts'
import { refusalChecks } from './refusal-checks.ts'
import { resultChecks } from './result-checks.ts'
import { KEPT, type Kept } from './values.ts'

export type { Kept } from './values.ts'

export interface SerializerPair {
  readonly serialize: Serialize
  readonly deserialize: Deserialize
}

/**
 * What a serializer keeps: all that the built-in one keeps, what JSON can say, or JSON and the
 * kinds named. `number`: NaN, Infinity and -0. `references`: repeated and circular ones.
 */
export type Keeps = 'everything' | 'json' | readonly Kept[]

export interface SerializerClaims {
  /** Default `'everything'`. */
  readonly keeps?: Keeps
  /**
   * It notices every change of what is stored, and a payload that was moved to another session or
   * to another part. Default `false`: nothing of this is asked of it.
   */
  readonly authenticated?: boolean
}

/**
 * The contract of a serializer as cases for any test runner:
 *
 *     const cases = serializerConformance({ serialize, deserialize }, { keeps: 'json' })
 *     for (const { name, run } of cases) test(name, run)
 */
export function serializerConformance(
  { serialize, deserialize }: SerializerPair,
  { keeps = 'everything', authenticated = false }: SerializerClaims = {},
): ConformanceCase[] {
  const kept = keeps === 'everything' ? KEPT : keeps === 'json' ? [] : keeps
  const groups = {
    keeps: keepingChecks(kept),
    result: resultChecks,
    refuses: refusalChecks,
    ...(authenticated && { authenticated: authenticityChecks }),
  }
  return casesOf(groups, async (check) => check({ serialize, deserialize }))
}
