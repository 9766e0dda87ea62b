// The goal: what Codex would have posted comes out of a home as a capture, and a capture can be held against a home; a
// difference nobody can explain ends with 1.
import { expect } from 'chai'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PostedEvent, RequestPayload } from '../../../domain/ledgers/analytics/envelope.ts'
import { FIXTURES, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { inHome, jsonLines } from './console.ts'

const run = (name: string) => join(FIXTURES, 'ledger', name)
const captureOf = (name: string) => join(run(name), 'analytics.jsonl')

let name = 'h3-142'
const unroll = inHome(() => join(run(name), 'home'))

const eventsIn = (text: string): ReadonlyArray<PostedEvent> =>
  (jsonLines(text) as ReadonlyArray<RequestPayload>).flatMap(({ events }) => events)

const captured = () => eventsIn(readFileSync(captureOf(name), 'utf8'))

const TERMINAL = { tty: true, columns: 140, env: { NO_COLOR: '1' } }

describe('unroll analytics', () => {
  let folder = ''
  before(() => (folder = temporaryFolder()))
  after(() => removeFolder(folder))
  beforeEach(() => (name = 'h3-142'))

  /** A capture with one event changed. */
  const changed = (change: (event: PostedEvent) => PostedEvent): string => {
    const path = join(folder, 'changed.jsonl')
    const lines = captured().map((event) => JSON.stringify(change(event)))
    writeFileSync(path, `${lines.join('\n')}\nno line\n`)
    return path
  }

  it('prints one payload per line, with the ids of the capture of the same session', async () => {
    const { code, out, err } = await unroll(['analytics', 'replay', '--contract', '0.142'])
    expect([code, err]).to.deep.equal([0, ''])
    expect(jsonLines(out).every(({ events }) => events.length === 1)).to.equal(true)
    const turnsOf = (events: ReadonlyArray<PostedEvent>) =>
      events
        .filter(({ event_type }) => event_type === 'codex_turn_event')
        .map(({ event_params }) => event_params['turn_id'])
    expect(turnsOf(eventsIn(out))).to.include.members([...turnsOf(captured())])
  })

  it('prints the events of one thread, and of a time', async () => {
    const threads = async (...words: ReadonlyArray<string>) => {
      const { out } = await unroll(['analytics', 'replay', ...words])
      return [...new Set(eventsIn(out).map(({ event_params }) => event_params['thread_id']))]
    }
    const thread = '01a1fcb7-b37e-7d00-865f-966f2c1b706e'
    expect(await threads(thread.slice(0, 16))).to.deep.equal([thread])
    expect(await threads('--until', '2026-11-20')).to.deep.equal([])
    expect(await threads('--since', '2026-11-22')).to.deep.equal([])
    expect((await threads('--since', '2026-11-21')).length).to.be.greaterThan(1)
  })

  it('has the keys of the contract that is asked for', async () => {
    const keys = async (contract: string) => {
      const { out } = await unroll(['analytics', 'replay', '--contract', contract])
      const [first] = eventsIn(out)
      return Object.keys(first?.event_params ?? {}).filter((key) =>
        ['session_id', 'is_worktree'].includes(key)
      )
    }
    expect([await keys('0.130'), await keys('0.142'), await keys('0.169')]).to.deep.equal([
      [],
      ['session_id'],
      ['session_id', 'is_worktree']
    ])
  })

  it('writes a new file for its owner alone, and leaves one that is there', async () => {
    const file = join(folder, 'replayed.jsonl')
    const { out: printed } = await unroll(['analytics', 'replay'])
    const words = ['analytics', 'replay', '--out', file, '--json']
    const { code, out } = await unroll(words)
    const lines = printed.split('\n').length - 1
    expect([code, jsonLines(out)]).to.deep.equal([0, [{ file, lines }]])
    expect(readFileSync(file, 'utf8')).to.equal(printed)
    expect(statSync(file).mode & 0o777).to.equal(0o600)
    const again = await unroll(words)
    expect([again.code, jsonLines(again.out)[0]?.message]).to.deep.equal([
      2,
      `${file} exists already`
    ])
  })

  it('finds nothing that it cannot explain between the captures of the real binaries and their homes', async () => {
    for (name of ['h2-130', 'h3-142', 'h10-169', 'steered-169']) {
      const { code, out, err } = await unroll([
        'analytics',
        'diff',
        captureOf(name),
        '--json',
        '--total'
      ])
      const { contract, captured: count, damagedLines, unexplained } = jsonLines(out).at(-1)
      expect([code, err, { contract, count, damagedLines, unexplained }]).to.deep.equal([
        0,
        '',
        {
          contract: `0.${name.slice(-3)}`,
          count: captured().length,
          damagedLines: 0,
          unexplained: 0
        }
      ])
    }
  })

  it('tells a script of every difference, and ends with 1 when one has no reason', async () => {
    const [turn] = captured().filter(({ event_type }) => event_type === 'codex_turn_event')
    const { thread_id: threadId, turn_id: turnId } = turn?.event_params ?? {}
    const path = changed((event) =>
      event.event_params['turn_id'] === turnId && event.event_type === 'codex_turn_event'
        ? { ...event, event_params: { ...event.event_params, service_tier: 'a\u001b[31m' } }
        : event
    )
    const { code, out, err } = await unroll(['analytics', 'diff', path])
    expect([code, err]).to.deep.equal([
      1,
      `unroll: line ${captured().length + 1} of the capture: no JSON\n`
    ])
    const rows = out
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t'))
    expect(rows.every((row) => row.length === 9)).to.equal(true)
    expect(rows.filter(([, , , , field]) => field === 'service_tier')).to.deep.equal([
      [
        'codex_turn_event',
        threadId,
        turnId,
        '',
        'service_tier',
        'differs',
        '"a\\\\u001b[31m"',
        '"default"',
        ''
      ]
    ])
  })

  it('tells people what has no reason, and the reasons of the rest', async () => {
    const path = changed((event) =>
      event.event_type === 'codex_mcp_tool_call_event'
        ? { ...event, event_params: { ...event.event_params, mcp_server_name: '\u202eevil' } }
        : event
    )
    const { code, out } = await unroll(['analytics', 'diff', path], TERMINAL)
    expect(code).to.equal(1)
    const [first, blank, head] = out.split('\n')
    expect(first).to.match(
      new RegExp(
        `^contract 0\\.142: ${captured().length} events captured, \\d+ rebuilt from the log$`
      )
    )
    expect([blank, head]).to.deep.equal([
      '',
      'EVENT                          PAIRED  CAPTURE ONLY  REBUILT ONLY  FIELDS  EQUAL  NOT IN LOG  EXPLAINED  UNEXPLAINED'
    ])
    const open = out.slice(out.indexOf('Without a reason'), out.indexOf('Explained'))
    expect(open.split('\n').filter((line) => line.includes('mcp_server_name'))).to.have.lengthOf(2)
    expect(open).to.include('\\u202eevil')
    expect(out).not.to.include('\u202e')
  })

  it('says what it needs', async () => {
    const said = async (...words: ReadonlyArray<string>) => {
      const { code, err } = await unroll(['analytics', ...words])
      return [code, err.split('\n')[0]]
    }
    expect([
      await said('diff'),
      await said('replay', '--since', 'now'),
      await said('replay', '--since', '2026-11-22', '--until', '2026-11-20'),
      await said('replay', 'none'),
      await said('diff', join(folder, 'none'))
    ]).to.deep.equal([
      [2, 'unroll: analytics diff needs <capture>'],
      [2, 'unroll: --since takes a time, not "now"'],
      [2, 'unroll: --since 2026-11-22 is after --until 2026-11-20'],
      [3, 'unroll: no thread "none" in this home'],
      [5, `unroll: cannot open ${join(folder, 'none')}: ENOENT`]
    ])
  })
})
