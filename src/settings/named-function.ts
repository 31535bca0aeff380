import { createRequire } from 'node:module'
import { isAbsolute, join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OptionError } from '../errors.ts'
import { show } from '../options/check.ts'

const FORM = "'./file.js#exportName' or 'package#exportName'"

/**
 * Finds a function a setting names as `./file.js#exportName` or `package#exportName`, relative to
 * `base`; a function is taken as it is.
 *
 * @throws {OptionError} when the module cannot be loaded or has no such function.
 */
export function namedFunction(
  setting: string,
  value: unknown,
  base: URL | string,
): (...args: never[]) => unknown {
  if (typeof value === 'function') return value as (...args: never[]) => unknown
  if (typeof value !== 'string') {
    throw new OptionError(setting, `must be a function or its name as ${FORM}, not ${show(value)}`)
  }
  const [path, name, ...rest] = value.trim().split('#')
  if (!path || !name || rest.length > 0) throw new OptionError(setting, wrongForm(value))
  const exported = load(setting, path, base)?.[name]
  if (typeof exported === 'function') return exported as (...args: never[]) => unknown
  throw new OptionError(setting, `${show(path)} has no exported function ${show(name)}`)
}

function wrongForm(value: string): string {
  const dotted = /^[a-z_]\w*(\.[a-z_]\w*)+$/i.test(value.trim())
  const hint = dotted ? ' (a dotted Python name is not; write the JavaScript module instead)' : ''
  return `must name a function as ${FORM}, not ${show(value)}${hint}`
}

type Exports = Record<string, unknown> | null | undefined

function load(setting: string, path: string, base: URL | string): Exports {
  try {
    return createRequire(fileOf(setting, base))(path) as Exports
  } catch (cause) {
    if (cause instanceof OptionError) throw cause
    throw new OptionError(setting, `cannot load ${show(path)}, looked up from base`, { cause })
  }
}

/** createRequire takes a folder only with its trailing separator. */
function fileOf(setting: string, base: URL | string): URL {
  if (base instanceof URL) return base
  if (base.startsWith('file:')) return new URL(base)
  if (isAbsolute(base)) return pathToFileURL(base.endsWith(sep) ? base : base + sep)
  if (/^[a-z]+:/i.test(base)) {
    throw new OptionError('base', `must be a file URL or a folder, to load ${setting}`)
  }
  return pathToFileURL(join(process.cwd(), base) + sep)
}
