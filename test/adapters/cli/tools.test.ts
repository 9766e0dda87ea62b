// The goal: tool calls and the history of a file are told on the command line, for people and for scripts.
import { expect } from 'chai'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { inHome, jsonLines } from './console.ts'

const THREAD = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
const FILE = '/workspace/demo/x-robot-55.txt'

let home = ''
const unroll = inHome(() => home)

const fieldsOf = (out: string): ReadonlyArray<ReadonlyArray<string>> =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))

describe('unroll tools', () => {
  before(() => (home = copyHome('tools-142')))
  after(() => removeFolder(home))

  it('lists the newest calls first, and goes on where a page ended', async () => {
    const calls = async (...words: ReadonlyArray<string>) =>
      jsonLines((await unroll(['tools', '--json', '--page-line', ...words])).out)
    const all = await calls('--limit', '100')
    expect(all.length).to.equal(30)
    const times = all.slice(0, -1).map(({ atMs }) => atMs as number)
    expect(times).to.deep.equal(times.toSorted((a, b) => b - a))
    const first = await calls('--limit', '12')
    const rest = await calls('--limit', '100', '--cursor', first.at(-1).nextCursor)
    expect([...first.slice(0, -1), ...rest]).to.deep.equal(all)
    const upward = await calls('--limit', '100', '--asc')
    expect(upward.slice(0, -1)).to.deep.equal(all.slice(0, -1).toReversed())
  })

  it('lists the same calls of one thread, and of one turn', async () => {
    const idsOf = async (...words: ReadonlyArray<string>) =>
      fieldsOf((await unroll(['tools', '--limit', '100', ...words])).out).map(([, , id]) => id)
    const every = await idsOf()
    expect(await idsOf(THREAD)).to.deep.equal(every)
    expect(await idsOf(THREAD, '--turn', '01a1fcdc-4380-7cd1-b7c7-493dbc14f869')).to.deep.equal(
      every.slice(0, 3)
    )
  })

  it('keeps to kinds, to how calls ended, and to a time', async () => {
    const shown = async (...words: ReadonlyArray<string>) =>
      fieldsOf((await unroll(['tools', ...words])).out).map((row) => [row[5], row[6], row[8]])
    expect(await shown('--kind', 'command', '--status', 'failed')).to.deep.equal([
      ['exec_command', 'failed', '1'],
      ['user_shell', 'failed', '4'],
      ['exec_command', 'failed', '4']
    ])
    expect(await shown('--since', '2026-11-21T06:47:36Z')).to.have.length(3)
    expect(await shown('--until', '2026-11-20')).to.deep.equal([[undefined, undefined, undefined]])
  })

  it('shows people what took how long, and that a wait is no more than that', async () => {
    const setting = { tty: true, columns: 140, env: { NO_COLOR: '1' } }
    const { out } = await unroll(['tools', '--kind', 'command', '--limit', '4'], setting)
    const rows = out.split('\n').map((line) => line.split(/ {2,}/).slice(2))
    expect(rows.slice(0, 5)).to.deep.equal([
      ['KIND', 'TOOL', 'STATUS', 'EXIT', 'TOOK', 'ABOUT'],
      ['command', 'write_stdin', 'completed', '≥ 0 ms', 'write_stdin'],
      ['command', 'write_stdin', 'completed', '≥ 300 ms', 'write_stdin'],
      ['command', 'exec_command', 'failed', '1', '≥ 601 ms', 'cat'],
      ['command', 'user_shell', 'failed', '4', '7 ms', 'echo from the user; exit 4']
    ])
    expect(rows[5]?.length).to.equal(0)
  })

  it('adds calls up by kind, status and tool', async () => {
    const { out } = await unroll(['tools', '--summary', '--json'])
    const [{ total, byKind, byStatus, byTool }] = jsonLines(out)
    expect([total.calls, total.linesAdded, total.linesDeleted, total.files]).to.deep.equal([
      29,
      8,
      4,
      { adds: 3, updates: 1, deletes: 1, moves: 1 }
    ])
    for (const groups of [byKind, byStatus, byTool] as ReadonlyArray<
      ReadonlyArray<{ readonly calls: number; readonly outputBytes: number }>
    >) {
      const sum = (of: (one: (typeof groups)[number]) => number) =>
        groups.reduce((all, one) => all + of(one), 0)
      expect([sum(({ calls }) => calls), sum(({ outputBytes }) => outputBytes)]).to.deep.equal([
        total.calls,
        total.outputBytes
      ])
    }
    const rows = fieldsOf((await unroll(['tools', '--summary'])).out)
    expect(rows.at(-1)?.slice(0, 3)).to.deep.equal(['total', '', '29'])
  })

  it('prints comma-separated values with a head', async () => {
    const { out } = await unroll(['tools', '--csv', '--kind', 'mcp', '--status', 'failed'])
    const [head = '', first = '', second = '', end] = out.split('\r\n')
    expect(head.split(',').slice(0, 7).join()).to.equal(
      'threadId,turnId,callId,at,kind,tool,status'
    )
    expect([first, second].map((line) => line.split(',').slice(4, 8).join())).to.deep.equal([
      'mcp,labtools/boom,failed,tool_error',
      'mcp,labtools/fail,failed,tool_error'
    ])
    expect(end).to.equal('')
  })

  it('refuses what it cannot read, with the way out', async () => {
    const codes = await Promise.all(
      [
        ['tools', '--turn', 'x'],
        ['tools', '--since', 'tomorrow'],
        ['tools', '--cursor', 'nonsense'],
        ['tools', '--kind', 'magic'],
        ['tools', 'nobody']
      ].map(async (argv) => (await unroll(argv)).code)
    )
    expect(codes).to.deep.equal([2, 2, 2, 2, 3])
  })
})

describe('unroll blame', () => {
  before(() => (home = copyHome('tools-142')))
  after(() => removeFolder(home))

  it('tells what became of a file, also under the name it had before', async () => {
    const { out } = await unroll(['blame', FILE])
    const rows = fieldsOf(out).map((row) => [row[4], ...row.slice(5, 10)])
    const before = rows[0]?.[1] ?? ''
    expect(before).not.to.equal(FILE)
    expect(rows).to.deep.equal([
      ['add', before, '', '2', '0', 'completed'],
      ['update', before, '', '1', '1', 'completed'],
      ['move', before, FILE, '1', '1', 'completed'],
      ['delete', FILE, '', '0', '2', 'completed']
    ])
  })

  it('takes a path from here, and offers paths that end alike', async () => {
    const here = await unroll(['blame', 'demo/x-robot-55.txt', '--json'])
    const other = await unroll(['blame', '/elsewhere/x-robot-55.txt', '--json'])
    expect(other).to.deep.equal({
      code: 0,
      out: here.out,
      err: `no patch of /elsewhere/x-robot-55.txt; of ${FILE} there are:\n`
    })
    expect(await unroll(['blame', '/elsewhere/nobody.txt'])).to.deep.equal({
      code: 3,
      out: '',
      err: 'unroll: no patch of /elsewhere/nobody.txt\nname the file as the patch did, or its last parts\n'
    })
  })

  it('marks a patch that did not apply', async () => {
    const lines = jsonLines((await unroll(['blame', '/workspace/demo/notes.txt', '--json'])).out)
    expect(
      lines.map(({ status, applied, failureKind }) => [status, applied, failureKind])
    ).to.deep.equal([['failed', false, 'tool_error']])
  })
})
