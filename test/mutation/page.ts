import { code, linkTo } from '../../scripts/security/generated-page.ts'
import { machine } from '../support/machine.ts'
import type { Explained } from './explained.ts'
import { ROOMS } from './rooms.ts'
import { type Left, type Verdict, shareOf } from './verdict.ts'

const INTRODUCTION = `# Mutation testing

<!-- Written by \`npm run mutation -- --write\`. -->

A test that cannot fail shows nothing. So the code is changed one thing at a time: a comparison turned round, a
condition always true, a branch left out, a text empty. Each such mutant must make a test fail that passes without it;
one that does not has survived. Which mutants there are is decided by [Stryker](https://stryker-mutator.io), not by
who wrote the code or the tests. ([Attacks and their tests](regressions.md) takes out whole defences, chosen by hand.)

\`npm run mutation\` tries them on the code that judges cookies, holds sessions and reads what is stored, with the
quick tests only, which need no Redis. What the tests on Redis, those in browsers and the fuzzing would find besides
is not counted. The words of errors and warnings are left alone. A mutant is killed when a test fails with it that
passes right afterwards without it, or does not come to its end; where it acts while code is loaded, when the tests
fail twice in a process of its own.
`

export function pageOf(verdicts: readonly Verdict[], reasons: readonly Explained[]): string {
  return [INTRODUCTION, measured(verdicts), survivors(reasons)].join('\n')
}

function measured(verdicts: readonly Verdict[]): string {
  const command = ['npm run mutation --', ...process.argv.slice(2)].join(' ')
  const total = {
    files: 'all',
    mutants: sum(verdicts.map(({ mutants }) => mutants)),
    killed: sum(verdicts.map(({ killed }) => killed)),
  }
  const rooms = verdicts.map(({ room, mutants, killed }) => {
    return { files: (ROOMS[room]?.code ?? []).map(code).join(', '), mutants, killed }
  })
  const rows = [...rooms, total].map(({ files, mutants, killed }) => {
    return `| ${[files, mutants, killed, mutants - killed, shareOf(killed, mutants)].join(' | ')} |`
  })
  return [
    `## Measured\n\n\`${command}\` printed this: ${machine()}.\n`,
    '| code | mutants | killed | survived | killed of all |',
    '| --- | --: | --: | --: | --: |',
    ...rows,
    '',
  ].join('\n')
}

function survivors(reasons: readonly Explained[]): string {
  const sections = reasons.map(({ reason: { title, why }, left }) => {
    const lines = new Set(left.map(({ file, code }) => `${file} ${code}`))
    const of = (line: string) => left.filter(({ file, code }) => line === `${file} ${code}`)
    return `### ${title}\n\n${why}\n\n${[...lines].map((line) => lineOf(of(line))).join('\n')}\n`
  })
  return [
    '## Survivors\n\nEach was read. They stand under the reason why no test fails.\n',
    ...sections,
  ].join('\n')
}

/** All of one line of code. */
function lineOf(left: readonly Left[]): string {
  const [first] = left as [Left]
  const changes = left.map(({ before, after }) => {
    return `${before.endsWith('…') ? 'the block' : code(before)} → ${code(after)}`
  })
  return `- ${code(first.code)} in ${linkTo(first.file)}: ${changes.join(', ')}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
