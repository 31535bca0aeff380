import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/run.ts'
import { type Instrumented, type Mutant, instrument } from './mutants.ts'
import { ROOMS } from './rooms.ts'
import { type Finding, killedIn, note, notedIn } from './work.ts'

/** Seconds: of a test with one mutant, and of all tests with one. */
const LONGEST_MUTANT = 90
const LONGEST_RUN = 600

interface Running {
  readonly room: string
  readonly code: string
  readonly findings: string
}

export interface Judged {
  readonly mutants: readonly Mutant[]
  readonly findings: readonly Finding[]
}

/** Tries the mutants of a room on its tests, or goes on where that was interrupted. */
export async function runRoom(room: string, anew: 'anew' | 'go on'): Promise<Judged> {
  const folder = join(root, '.tmp/mutation', room)
  if (anew === 'anew') rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const running = { room, code: join(folder, 'code.json'), findings: join(folder, 'findings') }
  const instrumented = await instrument(ROOMS[room]?.code ?? [], root)
  keepOrCompare(running.code, instrumented)
  const { mutants } = instrumented
  if (!existsSync(running.findings)) await vitest(running, 'reach', [])
  await runAll(running)
  await runEach(running, mutants)
  return { mutants, findings: notedIn(running.findings) }
}

/** What was found of other code says nothing of this. */
function keepOrCompare(file: string, instrumented: Instrumented): void {
  const text = JSON.stringify(instrumented)
  if (!existsSync(file)) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    throw new Error(`the code is another one than in ${file}: begin again with --anew`)
  }
}

/** With all mutants in one process, and in another as often as one of them spoils or hangs it. */
async function runAll({ findings, ...running }: Running): Promise<void> {
  const tests = notedIn(findings).filter((found) => 'reaches' in found).length
  if (tests === 0) throw new Error(`the tests of ${running.room} do not run`)
  for (let before = -1; before < notedIn(findings).length;) {
    before = notedIn(findings).length
    await vitest({ findings, ...running }, 'all', [])
  }
}

/** Each mutant by itself that the other way cannot judge. */
async function runEach(running: Running, mutants: readonly Mutant[]): Promise<void> {
  const findings = notedIn(running.findings)
  const judged = new Set(killedIn(findings).keys())
  const atLoad = new Set<string>()
  for (const found of findings) {
    if ('survives' in found) judged.add(found.survives)
    if ('atLoad' in found) for (const mutant of found.atLoad) atLoad.add(mutant)
    if ('unsure' in found) atLoad.add(found.mutant)
  }
  for (const { id } of mutants) if (atLoad.has(id) && !judged.has(id)) await runAlone(running, id)
}

/** Tests that fail once may have been late: they are to fail twice, and to pass once. */
async function runAlone(running: Running, mutant: string): Promise<void> {
  for (let tries = 0, failures = 0; tries < 4; tries++) {
    const passed = await vitest(running, mutant, ['--bail=1'])
    if (passed === true) return note(running.findings, { survives: mutant })
    if (passed === false && ++failures === 2) {
      return note(running.findings, { mutant, killedBy: 'alone', how: 'at load' })
    }
  }
}

/**
 * Runs the room's tests: whether all passed, or `undefined` when the machine stood still for a
 * while, so that a test may have been late for no fault of the code. Ends them when nothing has
 * moved for too long; that is counted in seconds in which this process itself was run.
 */
async function vitest(running: Running, mode: string, args: readonly string[]) {
  const config = ['run', '--config', 'test/mutation/vitest.config.ts', '--reporter=dot']
  const child = spawn(join(root, 'node_modules/.bin/vitest'), [...config, ...args], {
    cwd: root,
    detached: true,
    stdio: 'ignore',
    env: {
      ...process.env,
      MUTATION_ROOM: running.room,
      MUTATION_CODE: running.code,
      MUTATION_FINDINGS: running.findings,
      MUTATION_MODE: mode,
    },
  })
  const now = `${running.findings}.now`
  writeFileSync(now, '')
  let [seen, seconds, last, stoodStill] = ['', 0, Date.now(), false]
  const watch = setInterval(() => {
    stoodStill ||= Date.now() - last > 10_000
    last = Date.now()
    const text = readFileSync(now, 'utf8')
    seconds = text === seen ? seconds + 1 : 0
    seen = text
    if (seconds < (mode === 'all' && text !== '' ? LONGEST_MUTANT : LONGEST_RUN)) return
    clearInterval(watch)
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    const { mutant, test } = JSON.parse(text || '{}') as { mutant?: string; test?: string }
    if (mutant && test) note(running.findings, { mutant, killedBy: test, how: 'timeout' })
  }, 1000)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(watch)
  return code === 0 || !stoodStill ? code === 0 : undefined
}
