import { rmSync } from 'node:fs'
import { run } from './run.ts'

/** Compiles src/ to dist/, from scratch, so that no file of an earlier layout is shipped. */
rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true })
const { code, output } = run('tsc', ['-p', 'tsconfig.build.json'])
if (code !== 0) console.error(output)
process.exitCode = code
