import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** README.md, SECURITY.md and the pages of docs/ and of the folders in it, as paths from the root. */
export const pages = [
  'README.md',
  'SECURITY.md',
  ...['docs', 'docs/bench', 'docs/frameworks', 'docs/security', 'docs/reliability'].flatMap(
    (folder) =>
      readdirSync(root + folder)
        .filter((file) => file.endsWith('.md'))
        .map((file) => `${folder}/${file}`),
  ),
]

/** A fenced block of a page. */
export interface Block {
  readonly page: string
  /** The line of its opening fence. */
  readonly line: number
  readonly language: string
  /** What follows the language: `continues`, `fragment`, `output`, `visit`, `redis`, `file=clients.ts`. */
  readonly role: string
  readonly text: string
}

/** A program of a page, and what the page says it does. */
export interface Snippet {
  /** `guide-40`: the page and the line. */
  readonly name: string
  readonly page: string
  readonly code: string
  /** A shape that is compiled and cannot run. */
  readonly fragment: boolean
  readonly continues: boolean
  /** Other modules of the page, by file name. */
  readonly modules: ReadonlyMap<string, string>
  /** What it prints, or what it prints last when it goes on with another. `…` is anything. */
  readonly output: string | undefined
  /**
   * `GET /cart → 200 tea`, a request a line, in one browser; `from https://evil.example`: caused by
   * a page there. The program is a server.
   */
  readonly visit: string | undefined
  /** `$ redis-cli …` and the replies, once it has run. */
  readonly redis: string | undefined
}

export function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  const text = readFileSync(root + page, 'utf8')
  for (const match of text.matchAll(/^```(\S+)[ ]?(.*)\n([^]*?)^```$/gm)) {
    const [, language = '', role = '', inside = ''] = match
    const line = text.slice(0, match.index).split('\n').length
    blocks.push({ page, line, language, role, text: inside })
  }
  return blocks
}

/**
 * The programs of a page. A block `ts continues` goes on with the program before it; `ts file=…`
 * is a module that programs and settings of the page can name.
 */
export function snippetsOf(file: string): Snippet[] {
  const page = nameOf(file)
  const blocks = blocksOf(file)
  const modules = modulesOf(blocks)
  const snippets: Snippet[] = []
  let code = ''
  blocks.forEach(({ language, role, line, text }, at) => {
    if (language !== 'ts' || role.startsWith('file=')) return
    if (!['', 'continues', 'fragment'].includes(role))
      throw new Error(`${file}:${line}: ts ${role}`)
    const fragment = role === 'fragment'
    if (!fragment) code = role === 'continues' ? `${code}\n${text}` : text
    const rest = blocks.slice(at + 1)
    const next = rest.findIndex((block) => block.language === 'ts')
    const about = next === -1 ? rest : rest.slice(0, next)
    const say = (wanted: string) => about.find((block) => block.role === wanted)?.text
    snippets.push({
      name: `${page}-${line}`,
      page,
      code: fragment ? WRAPPER + text : code,
      fragment,
      continues: role === 'continues',
      modules,
      output: say('output'),
      visit: say('visit'),
      redis: say('redis'),
    })
  })
  return snippets
}

/** What a fragment may name. */
const WRAPPER = "declare const session: import('sojourn').Session\n"

/** `docs/guide.md` is `guide`, `docs/frameworks/koa.md` is `frameworks-koa`. */
export function nameOf(file: string): string {
  return file.replaceAll(/^docs\/|\.md$/g, '').replaceAll('/', '-')
}

export function modulesOf(blocks: readonly Block[]): ReadonlyMap<string, string> {
  return new Map(
    blocks
      .filter(({ role }) => role.startsWith('file='))
      .map(({ role, text }) => [role.slice('file='.length), text]),
  )
}
