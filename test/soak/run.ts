/**
 * Mixed traffic for a long time, with connections to Redis killed now and then; at every beat, with
 * nobody there, it is measured what the process keeps. Run: `npm run soak`, with `-- --minutes 5`
 * for so long, `-- --quick` for a short form, `-- --seed 7` for other people, `-- --write` to keep
 * the result in docs/reliability/soak.md. What grows fails.
 */
import { parseArgs } from 'node:util'
import { machine } from '../support/machine.ts'
import { writeSection } from '../support/page-section.ts'
import { type Beat, type Row, type Soaked, soak } from './campaign.ts'
import { QUICK } from './quick.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    write: { type: 'boolean' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '30' },
  },
})
/** About, as what lies between two requests is what has to pass. */
const BEAT_MS = 30_000
const beats = Math.max(6, Math.round((Number(values.minutes) * 60_000) / BEAT_MS))
const PER_SECOND = 100
const requests = (BEAT_MS / 1000) * PER_SECOND
const form = values.quick ? QUICK : { beats, requests, perSecond: PER_SECOND, people: 100 }

const about = ['npm run soak --', ...process.argv.slice(2)].join(' ').replace(/ --$/, '')
const intro = `\`${about}\` printed this: ${machine()}; seed ${values.seed}.`
console.log(`${intro}\n`)
const began = performance.now()
const soaked = await soak({ ...form, seed: Number(values.seed) }, tell)
const text = page(soaked)
console.log(`\n${text}`)
const { mixedUp, wrongAnswers, rejections, rows } = soaked
if (mixedUp + wrongAnswers + rejections > 0 || !rows.every(({ flat }) => flat)) process.exitCode = 1
if (values.write) writeSection('reliability/soak.md', 'Measured', text)

function tell({ heapMB, rssMB, handles, connections, channels, keys }: Beat): void {
  const all = Object.entries(handles).map(([kind, count]) => `${count} ${kind}`)
  const facts = [`heap ${heapMB.toFixed(2)} MB`, `memory ${rssMB.toFixed(0)} MB`, ...all]
  facts.push(`${connections} connections`, `${channels} channels`, `${keys} keys`)
  console.log(`${((performance.now() - began) / 60_000).toFixed(1)} min: ${facts.join(', ')}`)
}

function page(result: Soaked): string {
  const { errors, watches, endsTold, kills } = result
  const minutes = ((performance.now() - began) / 60_000).toFixed(0)
  return [
    `${intro}\n`,
    `${n(result.requests)} requests in ${minutes} minutes, ${n(errors)} of them answered 503;`,
    `${n(kills)} connections killed; ${n(watches)} watches, of which ${n(endsTold)} were told of an`,
    `end. **${n(result.mixedUp)} sessions mixed up, ${n(result.wrongAnswers)} other answers,`,
    `${n(result.rejections)} unhandled rejections.**`,
    '',
    `| medians of the ${form.beats} beats | first third | second third | last third | may grow by | |`,
    '| --- | ---: | ---: | ---: | ---: | --- |',
    ...result.rows.map(rowText),
  ].join('\n')
}

function rowText({ what, first, second, last, most, flat }: Row): string {
  const digits = what.endsWith('MB') ? 2 : 0
  const figures = [first, second, last].map((figure) => figure.toFixed(digits))
  const verdict = most === null ? '' : flat ? 'flat' : '**grows**'
  return `| ${[what, ...figures, most === null ? 'not judged' : String(most), verdict].join(' | ')} |`
}

function n(count: number): string {
  return count.toLocaleString('en')
}
