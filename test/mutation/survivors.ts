import type { Reason } from './explained.ts'

/** Why the mutants that no test kills are no holes: read one by one. */
export const REASONS: readonly Reason[] = []
