// Traces that are told live: each turn once, when it is over, also over an end of the process and for threads that nobody named.
import { expect } from 'chai'
import { join } from 'node:path'
import { removeFolder } from '../../support/fixture-home.ts'
import {
  appendRollout,
  emptyHome,
  linesOf,
  metaLine,
  rolloutPath,
  THREAD,
  writeRollout
} from '../../support/rollouts.ts'
import { agent, done, event, start, user } from '../../support/turn-lines.ts'
import { hurried, jsonLines, unroll, type Done, type Setting } from './console.ts'

const OTHER = '01a1fcdc-0000-7000-8000-00000000000b'

let home = ''
let path = ''

const follow = (words: ReadonlyArray<string>, setting: Setting = {}): Promise<Done> =>
  unroll(
    [
      ...['export', ...words, '--to', 'otlp', '--follow', '--until-idle', '2s'],
      ...['--home', home, '--index', join(home, 'index')]
    ],
    { nowMs: hurried(), cwd: home, ...setting }
  )

const write = (...lines: ReadonlyArray<string>): void => appendRollout(path, linesOf(lines))

interface Wire {
  readonly name: string
  readonly parentSpanId?: string
  readonly attributes: ReadonlyArray<{
    readonly key: string
    readonly value: { readonly stringValue?: string }
  }>
}

/** The turns whose spans were told, in order. */
const turnsIn = (out: string): ReadonlyArray<string> =>
  jsonLines(out)
    .flatMap((message) => message.resourceSpans[0].scopeSpans[0].spans as ReadonlyArray<Wire>)
    .filter(({ parentSpanId }) => parentSpanId === undefined)
    .map(
      ({ attributes }) =>
        attributes.find(({ key }) => key === 'unroll.turn.id')?.value.stringValue ?? ''
    )

describe('unroll export --to otlp --follow', () => {
  beforeEach(() => {
    home = emptyHome()
    path = rolloutPath(home, THREAD)
    const lines = [metaLine(THREAD), start('a'), user('Hello'), agent('Good morning'), done('a')]
    writeRollout(path, linesOf(lines))
  })
  afterEach(() => removeFolder(home))

  it('tells a turn when it is over, and goes on where a run of the same name was', async () => {
    const named = [THREAD, '--checkpoint', 'one']
    const first = await follow(named)
    expect([first.code, first.out], first.err).to.deep.equal([0, ''])
    write(start('b'), user('hi'), agent('well'))
    expect(turnsIn((await follow(named)).out)).to.deep.equal([])
    write(done('b'), start('c'), user('more'))
    expect(turnsIn((await follow(named)).out)).to.deep.equal(['b'])
    write(agent('yes'), done('c'))
    expect(turnsIn((await follow(named)).out)).to.deep.equal(['c'])
    expect((await follow(named)).out).to.equal('')
  })

  it('tells what ended since a time first, the same spans as without following', async () => {
    write(start('b'), user('hi'), agent('well'), done('b'), start('c'), user('open'))
    const words = [THREAD, '--since', '1970-01-01']
    expect(turnsIn((await follow(words)).out)).to.deep.equal(['a', 'b'])
    const whole = await unroll([
      ...['export', THREAD, '--to', 'otlp', '--home', home, '--index', 'memory']
    ])
    const spansOf = (out: string) =>
      jsonLines(out).flatMap((one) => one.resourceSpans[0].scopeSpans[0].spans)
    const followed = spansOf((await follow(words)).out)
    expect(followed.length).to.be.greaterThan(0)
    expect(spansOf(whole.out).slice(0, followed.length)).to.deep.equal(followed)
  })

  it('finds threads by itself where none is named', async () => {
    const named = ['--checkpoint', 'all']
    await follow(named)
    const began = Date.parse('2026-05-01T10:01:00.000Z') / 1000
    const startX = event('task_started', { turn_id: 'x', started_at: began })
    const lines = [metaLine(OTHER), startX, user('Hello'), agent('Good morning'), done('x')]
    writeRollout(rolloutPath(home, OTHER), linesOf(lines))
    write(start('b'), user('hi'), agent('well'), done('b'))
    expect([...turnsIn((await follow(named)).out)].toSorted()).to.deep.equal(['b', 'x'])
    expect(turnsIn((await follow(named)).out)).to.deep.equal([])
  })

  it('refuses what it cannot do', async () => {
    const refused = async (...words: ReadonlyArray<string>) => {
      const { code, out } = await unroll(['export', ...words, '--home', home, '--index', 'memory'])
      return [code, out]
    }
    const otlp = [THREAD, '--to', 'otlp']
    for (const words of [
      [...otlp, '--follow', '-o', 'x'],
      [...otlp, '--follow', '--until', 'today'],
      [...otlp, '--follow', '--until-idle', 'soon'],
      [...otlp, '--follow', '--checkpoint', '../x'],
      [...otlp, '--follow', '--checkpoint', 'x'],
      [...otlp, '--follow', '--send'],
      [...otlp, '--checkpoint', 'x'],
      [THREAD, '--follow']
    ])
      expect(await refused(...words), words.join(' ')).to.deep.equal([2, ''])
  })
})
