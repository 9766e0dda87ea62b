// The commands `check` and `explain`: exit codes, and the forms of what they print.
import { expect } from 'chai'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { KINDS, PROBLEM_KINDS } from '../../../domain/upkeep/check/kinds.ts'
import { meta, size, start, turn } from '../../support/checked.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { emptyHome, rolloutPath, THREAD, writeRollout } from '../../support/rollouts.ts'
import { unroll } from './console.ts'

const PATH = `sessions/2026/05/01/rollout-2026-05-01T10-00-00-${THREAD}.jsonl`
const WHOLE = meta() + turn('t1')

describe('command line: check', () => {
  let home = ''
  beforeEach(() => {
    home = emptyHome()
    mkdirSync(join(home, 'sessions'), { recursive: true })
  })
  afterEach(() => removeFolder(home))
  const run = (...words: ReadonlyArray<string>) =>
    unroll(['check', ...words, '--home', home, '--index', 'memory'])
  const write = (bytes: string): void => writeRollout(rolloutPath(home, THREAD), bytes)

  it('ends with 0 when there is nothing worse than a note', async () => {
    write(WHOLE + start('t2'))
    const { code, out, err } = await run()
    const note = [
      ...['note', 'open_turn', THREAD, PATH, size(WHOLE), size(start('t2')) - 1, 5],
      ...[
        'The time and the result of the turn are unknown.',
        'none needed: it shows as interrupted'
      ]
    ]
    expect([code, out]).to.deep.equal([0, `${note.join('\t')}\n`])
    expect(err).to.contain('ok 1  warning 0  broken 0')
  })

  it('ends with 1 when something is broken, and says where', async () => {
    write(`${WHOLE}hello\n`)
    const { code, out } = await unroll(
      ['check', '--home', home, '--index', 'memory', '--color', 'never'],
      { tty: true, columns: 200 }
    )
    expect([code, out]).to.deep.equal([
      1,
      `broken  not_json  ${PATH} line 5, bytes ${size(WHOLE)}–${size(WHOLE) + 5}\n` +
        `        The content of this line is lost.\n` +
        `        → unroll repair plan ${THREAD} --home ${home} --index memory\n` +
        `ok 0  warning 0  broken 1  (1 rollout, ${size(WHOLE) + 6} B; 1 break, 0 warnings, 0 notes)\n`
    ])
  })

  it('prints a JSON object per finding, and the sums at last', async () => {
    write(`${WHOLE}hello\n`)
    const { code, out } = await run('--json', '--total')
    const [finding, last] = out.trim().split('\n')
    expect(code).to.equal(1)
    expect(JSON.parse(finding ?? '')).to.deep.equal({
      kind: 'not_json',
      severity: 'broken',
      threadId: THREAD,
      path: PATH,
      range: { offsetBytes: size(WHOLE), bytes: 5 },
      revision: 5,
      affected: 'The content of this line is lost.',
      remedy: `unroll repair plan ${THREAD}`,
      facts: { invalidAt: 0 }
    })
    expect(JSON.parse(last ?? '')).to.deep.equal({
      $: 'total',
      ...{ rollouts: 1, ok: 0, warned: 0, broken: 1 },
      findings: { note: 0, warning: 0, broken: 1 },
      ...{ bytes: size(WHOLE) + 6, partlyRead: 0, durationMs: 0 }
    })
  })

  it('keeps to the kinds that are asked for', async () => {
    write(`${WHOLE}hello\n`)
    const { code, out } = await run('--kind', 'torn_tail')
    expect([code, out]).to.deep.equal([0, ''])
    const wrong = await run('--kind', 'tornado')
    expect([wrong.code, wrong.err.split('\n')[0]]).to.deep.equal([
      2,
      'unroll: there is no kind of problem "tornado"'
    ])
  })

  it('looks at the thread whose id begins as given, and knows no other', async () => {
    write(`${WHOLE}hello\n`)
    expect((await run('01960001')).code).to.equal(1)
    expect((await run('0197')).code).to.equal(3)
  })

  it('refuses a store, and says what to do instead', async () => {
    const { code, err } = await unroll(['check', '--store', 'esdb://localhost:1?tls=false'])
    expect([code, err]).to.deep.equal([
      6,
      'unroll: check is about files, and a store holds the threads\n' +
        `compare a store with a home with "unroll store verify --store 'esdb://localhost:1?tls=false'"\n`
    ])
  })

  it('ends when it is told to', async () => {
    write(WHOLE)
    const stop = AbortSignal.abort(130)
    expect((await unroll(['check', '--home', home], { stop })).code).to.equal(130)
  })
})

describe('command line: explain', () => {
  it('lists every kind', async () => {
    const { code, out } = await unroll(['explain'])
    const expected = PROBLEM_KINDS.map(
      (kind) => `${KINDS[kind].severity}\t${kind}\t${KINDS[kind].meaning}\n`
    )
    expect([code, out]).to.deep.equal([0, expected.join('')])
  })

  it('explains one in 80 columns', async () => {
    const { code, out } = await unroll(['explain', 'glued_lines'], { tty: true })
    expect(code).to.equal(0)
    expect(out.split('\n')[0]).to.equal('glued_lines (broken)')
    expect(out.split('\n').filter((line) => line.length > 80)).to.deep.equal([])
    for (const word of ['Meaning', 'Cause', 'Codex', 'unroll', 'Affected', 'Next', 'Repair'])
      expect(out).to.match(new RegExp(`^${word} `, 'm'))
  })

  it('refuses a kind that is none', async () => {
    expect((await unroll(['explain', 'nonsense'])).code).to.equal(2)
  })
})
