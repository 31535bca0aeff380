import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run.ts'

/** Writes a page, formatted; or, when it only checks, says that what is there is another one. */
export function writeOrCheck(page: string, text: string, check: boolean): string[] {
  const path = join(root, page)
  const fresh = formatted(page, text)
  if (!check) writeFileSync(path, fresh)
  const stale = !existsSync(path) || readFileSync(path, 'utf8') !== fresh
  return stale ? [`${page} is stale; run \`npm run generate\``] : []
}

/** The end of a script that writes a page, or checks it. */
export async function report(
  find: (check: boolean) => string[] | Promise<string[]>,
): Promise<void> {
  try {
    const problems = await find(process.argv.includes('--check'))
    for (const problem of problems) console.error(problem)
    if (problems.length > 0) process.exitCode = 1
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}

function formatted(page: string, text: string): string {
  const program = join(root, 'node_modules/.bin/oxfmt')
  const options = { cwd: root, input: text, encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(program, ['--stdin-filepath', page], options)
  if (status !== 0) throw new Error(`oxfmt: ${stderr}`)
  return stdout
}

/** As it stands, whatever it holds. */
export function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`'
  return `${fence}${fence.length > 1 ? ' ' : ''}${text}${fence.length > 1 ? ' ' : ''}${fence}`
}

/** A link to a file of the project, for a page in docs/security/. */
export function linkTo(file: string): string {
  return `[${file.split('/').at(-1)}](../../${file})`
}
