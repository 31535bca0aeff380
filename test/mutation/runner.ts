import { writeFileSync } from 'node:fs'
import type { RunnerTask, RunnerTestCase, RunnerTestFile } from 'vitest'
import { VitestTestRunner } from 'vitest/runners'
import { type How, killedIn, note, notedIn } from './work.ts'

/** Where Stryker's code looks for the active mutant, and counts. */
interface Stryker {
  activeMutant?: string
  currentTestId?: string
  mutantCoverage?: {
    static: Record<string, number>
    perTest: Record<string, Record<string, number>>
  }
  hitCount?: number
  hitLimit?: number
}

const shared = globalThis as { __stryker__?: Stryker; spoilt?: boolean }
const stryker: Stryker = (shared.__stryker__ ??= {})
const { MUTATION_FINDINGS: file = '', MUTATION_MODE: mode = 'reach' } = process.env
if (mode !== 'reach' && mode !== 'all') stryker.activeMutant = mode

/**
 * Runs tests as vitest does, with code that holds all its mutants, each behind a switch.
 *
 * - `reach`: once, and notes which mutants a test reaches. A test that fails is left out from then
 *   on: some find the code too slow with so many switches in it.
 * - `all`: a test again and again, each time with another mutant of those it reaches. Nothing is
 *   loaded anew, which is what makes it quick. A test that failed must then pass without the
 *   mutant; otherwise the mutant has spoilt what later tests stand on, and the process is given up.
 * - the id of a mutant: once, with it active from the start, for what is done while code loads.
 */
export default class MutationRunner extends VitestTestRunner {
  readonly #killed = new Set<string>()
  readonly #done = new Set<string>()
  readonly #reaches = new Map<string, Readonly<Record<string, number>>>()
  #waiting: string[] = []
  #suspect: { readonly mutant: string; readonly how: How } | undefined

  constructor(config: ConstructorParameters<typeof VitestTestRunner>[0]) {
    super(config)
    if (mode === 'reach') return
    const findings = notedIn(file)
    this.#killed = new Set(killedIn(findings).keys())
    const failing = new Set<string>()
    for (const found of findings) {
      if ('fails' in found) (failing.has(found.fails) ? this.#done : failing).add(found.fails)
      else if ('unsure' in found) this.#killed.add(found.mutant)
      else if ('done' in found) this.#done.add(found.done)
      else if ('reaches' in found) this.#reaches.set(found.test, found.reaches)
    }
  }

  override async onBeforeRunTask(test: RunnerTask): Promise<void> {
    await super.onBeforeRunTask(test)
    if (mode === 'reach' || test.type !== 'test' || test.mode !== 'run') return
    const reached = this.#reaches.get(test.id)
    if (reached === undefined) test.mode = 'skip'
    if (reached === undefined || mode !== 'all') return
    this.#waiting = Object.keys(reached).filter((mutant) => !this.#killed.has(mutant))
    if (shared.spoilt || this.#done.has(test.id) || this.#waiting.length === 0) test.mode = 'skip'
    else test.repeats = 2 * this.#waiting.length
  }

  override onBeforeTryTask(test: RunnerTask, times?: { repeats: number }): void {
    super.onBeforeTryTask(test)
    if (mode === 'reach') stryker.currentTestId = test.id
    if (mode !== 'all' || test.result === undefined) return
    test.result.state = 'run'
    test.result.errors = undefined
    // First without a mutant, and again after a failure.
    if (times?.repeats === 0 || this.#suspect !== undefined) return
    const mutant = this.#waiting.shift()
    const hits = this.#reaches.get(test.id)?.[mutant ?? ''] ?? 0
    writeFileSync(`${file}.now`, JSON.stringify({ mutant, test: test.id }))
    Object.assign(stryker, { activeMutant: mutant, hitCount: 0, hitLimit: 1000 + 100 * hits })
  }

  onAfterRetryTask(test: RunnerTestCase): void {
    delete stryker.currentTestId
    if (mode !== 'all' || test.result === undefined) return
    const { activeMutant } = stryker
    delete stryker.activeMutant
    const failed = test.result.state === 'fail'
    if (activeMutant !== undefined) {
      if (failed) this.#suspect = { mutant: activeMutant, how: howOf(test) }
    } else if (failed) {
      const suspect = this.#suspect
      note(file, suspect ? { mutant: suspect.mutant, unsure: test.id } : { fails: test.id })
      shared.spoilt = true
      this.#waiting = []
      this.#suspect = undefined
    } else if (this.#suspect !== undefined) {
      this.#killed.add(this.#suspect.mutant)
      const { mutant, how } = this.#suspect
      if (how === 'timeout') note(file, { mutant, unsure: test.id })
      else note(file, { mutant, how, killedBy: test.id })
      this.#suspect = undefined
    }
    if (this.#waiting.length > 0 || this.#suspect !== undefined) return
    if (!shared.spoilt) note(file, { done: test.id })
    test.result.state = 'skip'
  }

  override onAfterRunTask(test: RunnerTask): void {
    super.onAfterRunTask(test)
    if (mode !== 'reach' || test.result?.state !== 'pass') return
    note(file, { test: test.id, reaches: stryker.mutantCoverage?.perTest[test.id] ?? {} })
  }

  override onAfterRunFiles(_files?: RunnerTestFile[]): void {
    super.onAfterRunFiles()
    if (mode === 'reach') note(file, { atLoad: Object.keys(stryker.mutantCoverage?.static ?? {}) })
  }
}

function howOf({ result }: RunnerTestCase): How {
  const messages = result?.errors?.map(({ message }) => message).join('\n') ?? ''
  if (messages.includes('Hit count limit')) return 'endless loop'
  return messages.includes('timed out in') ? 'timeout' : 'failure'
}
