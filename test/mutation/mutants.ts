import { readFileSync, readdirSync } from 'node:fs'
import { Instrumenter } from '@stryker-mutator/instrumenter'

/** One change of the code, as Stryker makes it. */
export interface Mutant {
  readonly id: string
  readonly file: string
  readonly line: number
  readonly column: number
  readonly mutator: string
  /** The line of code in which it begins. */
  readonly code: string
  readonly before: string
  readonly after: string
}

export interface Instrumented {
  readonly mutants: readonly Mutant[]
  /** By path: the code with all its mutants in it, each asleep until it is the active one. */
  readonly code: Readonly<Record<string, string>>
}

interface Path {
  isStringLiteral(): boolean
  isTemplateLiteral(): boolean
  findParent(fits: (parent: Path) => boolean): Path | null
  isNewExpression(): boolean
  isCallExpression(): boolean
  get(child: 'callee'): { toString(): string }
}

const SPEAKERS = /(?:Error|emitWarning|refusal|malformed)$/

/**
 * The words of errors and warnings are for people, so they are left alone. Which error it is, when
 * it comes, and which facts it has, is not.
 */
const messages = {
  shouldIgnore(node: unknown): string | undefined {
    const path = node as Path
    if (!path.isStringLiteral() && !path.isTemplateLiteral()) return undefined
    const call = path.findParent((parent) => parent.isNewExpression() || parent.isCallExpression())
    return SPEAKERS.test(call?.get('callee').toString() ?? '') ? 'a message' : undefined
  },
}

const silent = () => undefined
const logger = new Proxy(
  {},
  { get: (_, name) => (String(name).startsWith('is') ? () => false : silent) },
)

/** On one line, and no longer than a line is. */
function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 100 ? `${line.slice(0, 99)}…` : line
}

/** Of these files, and of what is in the folders among them; tests left out. */
export async function instrument(paths: readonly string[], root: string): Promise<Instrumented> {
  const names = paths.flatMap((path) =>
    path.endsWith('/') ? readdirSync(`${root}/${path}`).map((name) => path + name) : path,
  )
  const files = names
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => ({ name, mutate: true, content: readFileSync(`${root}/${name}`, 'utf8') }))
  const instrumenter = new Instrumenter(logger as never)
  const options = { plugins: null, excludedMutations: [], ignorers: [messages] }
  const result = await instrumenter.instrument(files, options)
  const sources = new Map(files.map(({ name, content }) => [name, content.split('\n')]))
  const mutants = result.mutants
    .filter(({ status }) => status !== 'Ignored')
    .map(({ id, fileName, location: { start, end }, mutatorName, replacement }): Mutant => {
      const lines = sources.get(fileName) ?? []
      const code = lines[start.line] ?? ''
      const before =
        start.line === end.line
          ? code.slice(start.column, end.column)
          : `${code.slice(start.column)} …`
      return {
        id,
        file: fileName,
        line: start.line + 1,
        column: start.column + 1,
        mutator: mutatorName,
        code: code.trim(),
        before,
        after: shortened(replacement),
      }
    })
  return {
    mutants,
    code: Object.fromEntries(result.files.map((file) => [file.name, file.content])),
  }
}
