// Which threads and turns a search looks at. The home is made from a table of what each thread is, and what must be found is
// taken from that table.
import { expect } from 'chai'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder } from '../../support/fixture-home.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  writeRollout
} from '../../support/rollouts.ts'
import { event, line, user } from '../../support/turn-lines.ts'
import { inHome, jsonLines } from './console.ts'

interface Made {
  readonly number: number
  readonly name: string
  readonly model: string
  readonly provider: string
  readonly branch: string
  readonly cwd: string
  readonly source: string
  /** Days of May on which a turn about lanterns began. */
  readonly days: ReadonlyArray<number>
}

const THREADS: ReadonlyArray<Made> = [
  ...[
    ['Orchard gate', 'oak', 'mock', 'main', '/work', 'cli', [3, 9]],
    ['orchard wall', 'elm', 'other', 'main', '/work/shed', 'vscode', [5]],
    ['Kettle', 'oak', 'mock', 'dev', '/work', 'exec', [9, 12]],
    ['Rake', 'elm', 'third', 'dev', '/else', 'cli', [4, 20]]
  ].map(
    ([name, model, provider, branch, cwd, source, days], at) =>
      ({ number: at + 1, name, model, provider, branch, cwd, source, days }) as Made
  )
]

const secondsOf = (day: number): number => Date.UTC(2026, 4, day, 12) / 1000

const linesFor = ({ number, model, provider, branch, cwd, source, days }: Made) => [
  metaLine(idOf(number), { cwd, source, model_provider: provider, git: { branch } }),
  ...days.flatMap((day) => {
    const turn_id = `turn-${number}-${day}`
    return [
      event('task_started', { turn_id, started_at: secondsOf(day) }),
      line('turn_context', {
        cwd,
        model,
        approval_policy: 'never',
        sandbox_policy: { type: 'read-only' },
        summary: 'auto'
      }),
      user('where is the lantern'),
      event('task_complete', { turn_id, completed_at: secondsOf(day) + 9, duration_ms: 9000 })
    ].map((one) =>
      one.replace(
        /"timestamp":"[^"]*"/,
        `"timestamp":"${new Date(secondsOf(day) * 1000).toISOString()}"`
      )
    )
  })
]

describe('unroll search: which threads and turns', () => {
  let home = ''
  const unroll = inHome(() => home)
  before(() => {
    home = emptyHome()
    for (const made of THREADS)
      writeRollout(rolloutPath(home, idOf(made.number), made.number), linesOf(linesFor(made)))
    const names = THREADS.map(({ number, name }) =>
      JSON.stringify({ id: idOf(number), thread_name: name, updated_at: '2026-05-30T00:00:00Z' })
    )
    writeFileSync(join(home, 'session_index.jsonl'), linesOf(names))
  })
  after(() => removeFolder(home))

  const found = async (...words: ReadonlyArray<string>) =>
    jsonLines((await unroll(['search', 'LANTERN', '--all', '--json', ...words])).out).map(
      ({ thread, turnId }) => [thread.id, turnId]
    )
  /** Threads of the table, newest first, each with its first turn on one of some days. */
  const expected = (
    isAsked: (made: Made) => boolean,
    isOn: (day: number) => boolean = () => true
  ) =>
    THREADS.filter(isAsked)
      .toReversed()
      .flatMap(({ number, days }) =>
        days
          .filter(isOn)
          .slice(0, 1)
          .map((day) => [idOf(number), `turn-${number}-${day}`])
      )

  it('takes threads by the same filters as a list: one of several values, and all filters at once', async () => {
    const cases: ReadonlyArray<readonly [ReadonlyArray<string>, (made: Made) => boolean]> = [
      [[], () => true],
      [['--name', 'ORCHARD'], ({ name }) => /orchard/i.test(name)],
      [['--name', 'kettle', '--name', 'rake'], ({ name }) => /kettle|rake/i.test(name)],
      [['--model', 'elm'], ({ model }) => model === 'elm'],
      [['--branch', 'dev'], ({ branch }) => branch === 'dev'],
      [['--provider', 'mock', '--provider', 'third'], ({ provider }) => provider !== 'other'],
      [['--cwd', '/work'], ({ cwd }) => cwd === '/work'],
      [
        ['--cwd', '/work', '--branch', 'main'],
        ({ cwd, branch }) => cwd === '/work' && branch === 'main'
      ],
      [['--name', 'orchard', '--model', 'none'], () => false]
    ]
    for (const [words, isAsked] of cases) {
      expect(await found(...words), words.join(' ')).to.deep.equal(expected(isAsked))
      const ids: Array<string> = []
      for (let cursor: ReadonlyArray<string> = []; ;) {
        const argv = ['search', 'lantern', '--all', '--json', '--page-line', '-n', '1']
        const rows = jsonLines((await unroll([...argv, ...words, ...cursor])).out)
        ids.push(...rows.slice(0, -1).map(({ thread }) => thread.id))
        const { nextCursor } = rows.at(-1)
        if (nextCursor === null) break
        cursor = ['--cursor', nextCursor]
      }
      expect(ids, words.join(' ')).to.deep.equal(expected(isAsked).map(([id]) => id))
    }
    const { out } = await unroll(['search', 'lantern', '--source', 'exec', '--json'])
    expect(jsonLines(out).map(({ thread }) => thread.id)).to.deep.equal([idOf(3)])
  })

  it('takes turns by when they began, in all threads and in one', async () => {
    const ranges: ReadonlyArray<readonly [ReadonlyArray<string>, (day: number) => boolean]> = [
      [['--since', '2026-05-05'], (day) => day >= 5],
      [['--until', '2026-05-05'], (day) => day <= 5],
      [['--since', '2026-05-04', '--until', '2026-05-09'], (day) => day >= 4 && day <= 9],
      [['--since', '2026-05-21'], () => false]
    ]
    for (const [words, isOn] of ranges) {
      expect(await found(...words), words.join(' ')).to.deep.equal(expected(() => true, isOn))
      const one = await unroll(['search', 'lantern', '--thread', idOf(4), '--json', ...words])
      expect(jsonLines(one.out).map(({ turnId }) => turnId)).to.deep.equal(
        [4, 20].filter(isOn).map((day) => `turn-4-${day}`)
      )
    }
    const turned = await unroll(['search', 'x', '--since', '2026-05-09', '--until', '2026-05-04'])
    expect([turned.code, turned.err.split('\n')[0]]).to.deep.equal([
      2,
      'unroll: --since 2026-05-09 is after --until 2026-05-04'
    ])
  })
})
