// Changes the code one thing at a time and asks whether a test fails (docs/security/mutation.md).
// `npm run mutation -- cookie session` does two rooms; without a name, all. What was found is kept
// in .tmp/mutation, and an interrupted run goes on where it was; `--anew` forgets it.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Instrumented, instrument } from '../test/mutation/mutants.ts'
import { ROOMS } from '../test/mutation/rooms.ts'
import { killedIn, note, notedIn } from '../test/mutation/work.ts'
import { root } from './run.ts'

const LONGEST_MS = 90_000

interface Now {
  readonly mutant: string
  readonly test: string
}

interface Running {
  readonly room: string
  readonly code: string
  readonly findings: string
}

/** Runs the room's tests; whether all passed. Ends them when one mutant takes too long. */
async function vitest(running: Running, mode: string, args: readonly string[]): Promise<boolean> {
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
  const watch = setInterval(() => {
    if (mode === 'reach' || Date.now() - statSync(now).mtimeMs < LONGEST_MS) return
    clearInterval(watch)
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    const { mutant, test } = JSON.parse(readFileSync(now, 'utf8') || '{}') as Partial<Now>
    if (mutant && test) note(running.findings, { mutant, killedBy: test, how: 'timeout' })
  }, 1000)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(watch)
  return code === 0
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
  for (const found of findings) if ('spoils' in found) atLoad.add(found.mutant)
  for (const { id } of mutants) {
    if (!atLoad.has(id) || killed.has(id) || survived.has(id)) continue
    if (await vitest(running, id, ['--bail=1'])) note(running.findings, { survives: id })
    else note(running.findings, { mutant: id, killedBy: 'alone', how: 'at load' })
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
