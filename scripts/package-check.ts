import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'

interface Manifest {
  readonly exports: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
}

/** Looks at the tarball users would install, not at the working tree. */
export function packageProblems(root: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-pack-'))
  try {
    const packed = run('npm', ['pack', '--silent', '--pack-destination', folder])
    if (packed.code !== 0) return [packed.output]
    const tarball = join(folder, packed.output.trim().split('\n').at(-1) ?? '')
    const publint = run('publint', [tarball, '--strict'])
    const attw = run('attw', [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color'])
    return [
      ...(publint.code === 0 ? [] : [publint.output]),
      ...(attw.code === 0 ? [] : [attw.output]),
      ...exportProblems(root, manifest),
      ...lockProblems(root),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** One exports key, one file; each with its declarations. */
function exportProblems(root: string, { exports }: Manifest): string[] {
  const files = Object.values(exports).filter((file) => file !== './package.json')
  const missing = files.flatMap((file) => [file, file.replace(/\.js$/, '.d.ts')])
  return [
    ...missing.filter((file) => !existsSync(join(root, file))).map((file) => `${file} is missing`),
    ...(new Set(files).size < files.length ? ['two exports keys name one file'] : []),
  ]
}

function lockProblems(root: string): string[] {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  return /"resolved":\s*"https?:/.test(lock) ? ['package-lock.json names a registry'] : []
}
