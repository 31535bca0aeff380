// Changes the code one thing at a time and asks whether a test fails (docs/security/mutation.md).
// `npm run mutation -- cookie session` does two rooms; without a name, all. What was found is kept
// in .tmp/mutation, and an interrupted run goes on where it was; `--anew` forgets it.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Instrumented, instrument } from '../test/mutation/mutants.ts'
import { ROOMS } from '../test/mutation/rooms.ts'
import { killedIn, note, notedIn } from '../test/mutation/work.ts'
import { root } from './run.ts'

/** Seconds: of a test with one mutant, and of all tests with one. */
const LONGEST_MUTANT = 90
const LONGEST_RUN = 600

interface Now {
  readonly mutant: string
  readonly test: string
}

interface Running {
  readonly room: string
  readonly code: string
  readonly findings: string
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
    const { mutant, test } = JSON.parse(text || '{}') as Partial<Now>
    if (mutant && test) note(running.findings, { mutant, killedBy: test, how: 'timeout' })
  }, 1000)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(watch)
  return code === 0 || !stoodStill ? code === 0 : undefined
}

/** With all mutants in one process, and in another as often as one of them spoils or hangs it. */
async function runAll(running: Running): Promise<void> {
  const findings = () => notedIn(running.findings)
  const tests = findings().filter((found) => 'reaches' in found).length
  if (tests === 0) throw new Error(`the tests of ${running.room} do not run`)
  for (let before = -1; before < findings().length;) {
    before = findings().length
    await vitest(running, 'all', [])
  }
}

/** Each mutant by itself that the other way cannot judge. */
async function runEach(running: Running, { mutants }: Instrumented): Promise<void> {
  const findings = notedIn(running.findings)
  const killed = killedIn(findings)
  const survived = new Set(findings.flatMap((f) => ('survives' in f ? [f.survives] : [])))
  const atLoad = new Set(findings.flatMap((found) => ('atLoad' in found ? found.atLoad : [])))
  for (const found of findings) if ('unsure' in found) atLoad.add(found.mutant)
  for (const { id } of mutants) {
    if (!atLoad.has(id) || killed.has(id) || survived.has(id)) continue
    let passed: boolean | undefined
    for (let tries = 0; passed === undefined && tries < 3; tries++) {
      passed = await vitest(running, id, ['--bail=1'])
    }
    if (passed === true) note(running.findings, { survives: id })
    if (passed === false) note(running.findings, { mutant: id, killedBy: 'alone', how: 'at load' })
  }
}

function report(running: Running, { mutants }: Instrumented): void {
  const findings = notedIn(running.findings)
  const killed = killedIn(findings)
  const reached = new Set(
    findings.flatMap((found) => {
      if ('reaches' in found) return Object.keys(found.reaches)
      return 'atLoad' in found ? found.atLoad : []
    }),
  )
  const done = new Set(findings.flatMap((found) => ('done' in found ? [found.done] : [])))
  const undone = findings.filter(
    (found) =>
      'reaches' in found &&
      !done.has(found.test) &&
      Object.keys(found.reaches).some((mutant) => !killed.has(mutant)),
  )
  const left = mutants.filter(({ id }) => !killed.has(id))
  for (const { id, file, line, column, mutator, before, after } of left) {
    const state = reached.has(id) ? 'survived' : 'not reached'
    console.log(`${file}:${line}:${column} ${state} ${mutator} #${id}\n- ${before}\n+ ${after}`)
  }
  const count = mutants.length - left.length
  const ways = [...killed.values()]
  const how = [...new Set(ways)]
    .map((way) => `${ways.filter((other) => other === way).length} by ${way}`)
    .join(', ')
  const share = ((100 * count) / mutants.length).toFixed(1)
  console.log(`${running.room}: ${share} % of ${mutants.length} mutants killed: ${count} (${how})`)
  if (undone.length > 0) console.log(`${undone.length} tests were not run with all they reach`)
}

async function mutateRoom(room: string): Promise<void> {
  const folder = join(root, '.tmp/mutation', room)
  mkdirSync(folder, { recursive: true })
  const running = { room, code: join(folder, 'code.json'), findings: join(folder, 'findings') }
  if (!existsSync(running.code)) {
    const instrumented = await instrument(ROOMS[room]?.code ?? [], root)
    writeFileSync(running.code, JSON.stringify(instrumented))
  }
  const instrumented = JSON.parse(readFileSync(running.code, 'utf8')) as Instrumented
  if (!existsSync(running.findings)) await vitest(running, 'reach', [])
  await runAll(running)
  await runEach(running, instrumented)
  report(running, instrumented)
}

async function everything(args: readonly string[]): Promise<void> {
  const rooms = args.filter((arg) => arg !== '--anew')
  for (const room of rooms.length > 0 ? rooms : Object.keys(ROOMS)) {
    if (!(room in ROOMS)) throw new Error(`${room} is none of: ${Object.keys(ROOMS).join(', ')}`)
    if (args.includes('--anew'))
      rmSync(join(root, '.tmp/mutation', room), { recursive: true, force: true })
    await mutateRoom(room)
  }
}

await everything(process.argv.slice(2))
