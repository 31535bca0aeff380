// Takes the defences out of a copy of the project one by one, and sees the tests fail that are there
// for them. Arguments choose mutants: `-- 16 T7` by rows, `-- lua/replace` by what their entries say.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runAlone } from '../debian-package.ts'
import { ensureChromium } from '../ensure-chromium.ts'
import { ensureNginx } from '../ensure-nginx.ts'
import { ensureOpenssl } from '../ensure-openssl.ts'
import { ensureRedisServer } from '../ensure-redis.ts'
import { root } from '../run.ts'
import { type Mutant, allMutants, mutated } from './mutant.ts'
import { patternOf, titleOf } from './titles.ts'

const FOLDERS = ['src', 'test', 'scripts', 'docs', 'examples', 'bench']
const FILES = [
  'README.md',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'vitest.config.ts',
]
const LONGEST_MS = 180_000
const BROWSER = 'test/browser/vitest.config.ts'

interface Result {
  readonly ancestorTitles: readonly string[]
  readonly title: string
  readonly status: 'passed' | 'failed' | 'skipped' | 'pending'
}

interface Report {
  readonly testResults: readonly { readonly assertionResults: readonly Result[] }[]
}

function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'sojourn-mutants-'))
  for (const name of [...FOLDERS, ...FILES]) {
    cpSync(join(root, name), join(copy, name), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** What became of the tests of that title. */
function resultsOf(copy: string, { test, fails }: Mutant): Result[] {
  const report = join(copy, 'report.json')
  const pattern = patternOf(fails)
  rmSync(report, { force: true })
  const config = test.startsWith('test/browser/') ? BROWSER : 'vitest.config.ts'
  const chosen = [
    'run',
    test,
    '--config',
    config,
    '-t',
    pattern.source,
    '--bail=1',
    '--no-file-parallelism',
  ]
  const reporters = ['--reporter=json', `--outputFile=${report}`]
  const options = { cwd: copy, timeout: LONGEST_MS, stdio: 'ignore' } as const
  spawnSync(join(copy, 'node_modules/.bin/vitest'), [...chosen, ...reporters], options)
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
    return testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ ancestorTitles, title }) => pattern.test([...ancestorTitles, title].join(' ')))
  } catch {
    return []
  }
}

function tryOut(copy: string, mutant: Mutant): 'killed' | 'SURVIVED' {
  const path = join(copy, mutant.file)
  const original = readFileSync(path, 'utf8')
  try {
    writeFileSync(path, mutated(mutant))
    if (mutant.file.endsWith('.lua')) generateScripts(copy)
    const failed = resultsOf(copy, mutant).some(({ status }) => status === 'failed')
    return failed ? 'killed' : 'SURVIVED'
  } finally {
    writeFileSync(path, original)
    if (mutant.file.endsWith('.lua')) generateScripts(copy)
  }
}

/** Asked twice, because a busy machine can make a test fail. */
function isSound(copy: string, mutant: Mutant): boolean {
  const results = resultsOf(copy, mutant)
  const passed = results.some(({ status }) => status === 'passed')
  return passed && !results.some(({ status }) => status === 'failed')
}

function generateScripts(copy: string): void {
  spawnSync('node_modules/.bin/tsx', ['scripts/generate-lua.ts'], { cwd: copy })
}

function isChosen(mutant: Mutant, wanted: readonly string[]): boolean {
  const { threats } = titleOf(mutant.test, mutant.fails)
  const text = Object.values(mutant).join('\n')
  return (
    wanted.length === 0 ||
    wanted.some((word) => (/^T?\d+$/.test(word) ? threats.includes(word) : text.includes(word)))
  )
}

async function everyMutant(wanted: readonly string[]): Promise<void> {
  const mutants = (await allMutants()).filter((mutant) => isChosen(mutant, wanted))
  const copy = copyProject()
  const sound = new Map<string, boolean>()
  let wrong = 0
  try {
    for (const mutant of mutants) {
      const began = performance.now()
      const key = `${mutant.test} ${mutant.fails}`
      if (!sound.has(key)) sound.set(key, isSound(copy, mutant) || isSound(copy, mutant))
      const word = sound.get(key) === true ? tryOut(copy, mutant) : 'FAILS WITHOUT IT'
      if (word !== 'killed') wrong++
      const seconds = ((performance.now() - began) / 1000).toFixed(1)
      console.log(`${word} ${titleOf(mutant.test, mutant.fails).threats.join(', ')}: fails when`)
      console.log(`  ${mutant.when} (${mutant.file}, ${seconds} s)`)
    }
  } finally {
    rmSync(copy, { recursive: true })
  }
  console.log(`\n${mutants.length - wrong} killed, ${wrong} not`)
  if (wrong > 0) process.exitCode = 1
}

runAlone(() => {
  ensureRedisServer()
  ensureNginx()
  ensureChromium()
  ensureOpenssl()
})
await everyMutant(process.argv.slice(2))
