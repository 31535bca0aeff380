import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cookiesIn } from '../test/support/cookies-in.ts'
import { runAlone } from './debian-package.ts'
import { ensureChromium } from './ensure-chromium.ts'
import { ensureNginx } from './ensure-nginx.ts'
import { ensureOpenssl } from './ensure-openssl.ts'
import { ensureRedisServer } from './ensure-redis.ts'
import { layeringProblems } from './layers.ts'
import { packageProblems } from './package-check.ts'
import { root, run } from './run.ts'

/**
 * Everything a contributor must pass, in one command. Prints a line a step and, last, the count
 * of steps and tests: `N passed, N failed`.
 */
let passed = 0
let failed = 0

function step(name: string, check: () => string | undefined): void {
  const began = performance.now()
  const problem = check()
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  if (problem === undefined) passed++
  else failed++
  console.log(`${problem === undefined ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
  if (problem !== undefined) console.log(problem)
}

function tool(name: string, args: readonly string[]): string | undefined {
  const { code, output } = run(name, args)
  return code === 0 ? undefined : output
}

function problems(lines: readonly string[]): string | undefined {
  return lines.length === 0 ? undefined : lines.join('\n')
}

/** Gives what they printed. Their Redis servers leave in `evidence` what was written to them. */
function tests(config: string, evidence: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-tests-'))
  const report = join(folder, 'report.json')
  const args = [
    'run',
    '--config',
    config,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]
  const { code, output } = run('vitest', args, { REDIS_EVIDENCE: evidence })
  console.log(output.trimEnd())
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>
    passed += counts['numPassedTests'] ?? 0
    const notPassed = (counts['numTotalTests'] ?? 0) - (counts['numPassedTests'] ?? 0)
    // A suite that does not load, or an error outside of a test, fails the run without a test.
    failed += code === 0 ? notPassed : Math.max(1, notPassed)
  } catch (error) {
    failed += 1
    console.log(`no test report: ${String(error)}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
  return output
}

/** THREATS 3 and 14: nothing that tests print, or write to Redis, can be used as a cookie. */
function lookForCookies(printed: string, evidence: string): void {
  const files = readdirSync(evidence, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name.endsWith('.aof'))
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
  const megabytes = (files.reduce((sum, { length }) => sum + length, 0) / 1e6).toFixed(1)
  step('no cookie in the output of the tests', () => problems(cookiesIn(printed)))
  step(`no cookie in ${megabytes} MB that they wrote to Redis`, () =>
    files.length === 0 ? 'no file was kept' : problems(files.flatMap(cookiesIn)),
  )
}

/** Compiled by themselves, because each augments the session's data in its own way. */
const programs = ['examples', 'test/types'].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
)

/** What `npm run generate` writes, and what each of them checks besides. */
const generators = {
  'generated scripts': 'scripts/generate-lua.ts',
  'ASVS table': 'scripts/security/asvs.ts',
  'attacks and their tests': 'scripts/security/regressions.ts',
}

function everything(): void {
  ensureRedisServer()
  ensureNginx()
  ensureChromium()
  ensureOpenssl()
  step('format', () => tool('oxfmt', ['--check']))
  for (const [name, script] of Object.entries(generators)) {
    step(name, () => tool('tsx', [script, '--check']))
  }
  step('build', () => tool('tsx', ['scripts/build.ts']))
  step('types', () => tool('tsc', ['--noEmit']))
  for (const program of programs) step(`types of ${program}`, () => tool('tsc', ['-p', program]))
  step('lint', () => tool('oxlint', ['--type-aware', '--deny-warnings']))
  step('layering', () => problems(layeringProblems()))
  step('package', () => problems(packageProblems(root)))
  const evidence = mkdtempSync(join(tmpdir(), 'sojourn-'))
  const configs = ['vitest.config.ts', 'test/browser/vitest.config.ts']
  const printed = configs.map((config) => tests(config, evidence)).join('\n')
  lookForCookies(printed, evidence)
  rmSync(evidence, { recursive: true })

  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

runAlone(everything)
