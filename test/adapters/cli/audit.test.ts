// `unroll audit` as a person types it, over homes that this program changed itself.
import { expect } from 'chai'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { appendQuestions } from '../../../adapters/home/question-log.ts'
import type { QuestionRecord } from '../../../domain/questions/record.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { homeFiles } from '../../support/home-state.ts'
import { inHome, jsonLines, unroll as plain } from './console.ts'

const [ROOT, FORK] = [
  '01a1fcde-3637-7ba1-aa47-0e35fef05fe1',
  '01a1fcde-3abc-7921-ae69-8e353aa02221'
]

describe('command line: audit', () => {
  let home: string
  let folder: string
  const unroll = inHome(() => home)
  const report = async (...words: ReadonlyArray<string>) =>
    jsonLines((await unroll(['audit', 'report', '--json', '--asc', ...words])).out)
  const exportTo = async (name: string): Promise<string> => {
    const file = join(folder, name)
    expect(await unroll(['audit', 'export', '--out', file])).to.include({ code: 0, out: '' })
    return file
  }

  beforeEach(() => {
    home = copyHome('fork-rollback-142')
    folder = temporaryFolder()
  })
  afterEach(() => {
    removeFolder(home)
    removeFolder(folder)
  })

  it('tells what this program did, in which process and for whom', async () => {
    await unroll(['rename', ROOT, 'Old gearbox'])
    await unroll(['rollback', ROOT, '--turns', '1'])
    await unroll(['archive', ROOT])
    await unroll(['unarchive', ROOT])
    const forked = await unroll(['fork', ROOT, '--json'])
    const made = (JSON.parse(forked.out) as { id: string }).id
    await unroll(['delete', FORK])
    const [turn] = (await report('--thread', ROOT, '--action', 'turn_started')).slice(-1)
    const rows = (await report('--actor', 'cli')).map(
      ({ threadId, action, after, actor, evidence, certainty }) => ({
        threadId,
        action,
        after: action === 'forked' ? after.forkedFrom : after,
        client: actor.client,
        pid: actor.process.pid,
        kind: evidence.kind,
        certainty
      })
    )
    const done = { client: 'cli', pid: process.pid, certainty: 'recorded' }
    expect(rows).to.deep.equal([
      { threadId: ROOT, action: 'renamed', after: { name: 'Old gearbox' }, kind: 'name', ...done },
      {
        threadId: ROOT,
        action: 'rolled_back',
        after: { turns: 1, turnIds: [turn.turnId] },
        kind: 'line',
        ...done
      },
      { threadId: ROOT, action: 'archived', after: {}, kind: 'operation', ...done },
      { threadId: ROOT, action: 'unarchived', after: {}, kind: 'operation', ...done },
      { threadId: made, action: 'forked', after: ROOT, kind: 'line', ...done },
      { threadId: FORK, action: 'deleted', after: {}, kind: 'operation', ...done }
    ])
    const log = jsonLines(readFileSync(join(home, '.unroll', 'operations.jsonl'), 'utf8'))
    const operationIds = new Set(log.map(({ id }) => id))
    const named = (await report('--actor', 'cli')).map(({ evidence }) => evidence.operationId)
    expect(new Set(named)).to.deep.equal(operationIds)
  })

  it('tells what clients were asked: the decision first, so that it fits 80 columns', async () => {
    const question = (n: number, decision: string | null, outcome = 'answered') => {
      const common = {
        ...{ id: `q${n}`, request: String(n), turnId: ROOT, itemId: `call_${n}` },
        ...{ method: 'item/commandExecution/requestApproval', by: { pid: 17, user: 'me' } }
      }
      const at = (ms: number) => `2026-11-24T07:0${n}:00.${ms}00Z`
      return [
        { record: 'asked', at: at(1), ...common, clients: n },
        { record: 'answered', at: at(2), ...common, client: 'codex-tui', outcome, decision }
      ]
    }
    const records = [
      ...question(1, 'acceptForSession'),
      ...question(2, null, 'aborted'),
      ...[{ ...question(3, null)[0], method: 'item/tool/call', itemId: null, turnId: null }]
    ]
    await appendQuestions(home, ROOT, records as ReadonlyArray<QuestionRecord>)
    const shown = ['--action', 'asked', '--action', 'answered', '--asc']
    const terminal = { tty: true, columns: 80, env: { NO_COLOR: '1', TZ: 'UTC' } }
    expect((await unroll(['audit', 'report', ...shown], terminal)).out.split('\n')).to.deep.equal([
      'TIME (UTC)               WHAT      THREAD         DETAILS',
      '2026-11-24 07:01:00.100  asked     01a1fcde-3637  a command, call_1, 1 client, …',
      '2026-11-24 07:01:00.200  answered  01a1fcde-3637  acceptForSession: a command, …',
      '2026-11-24 07:02:00.100  asked     01a1fcde-3637  a command, call_2, 2 clients,…',
      '2026-11-24 07:02:00.200  answered  01a1fcde-3637  aborted: a command, call_2, t…',
      '2026-11-24 07:03:00.100  asked     01a1fcde-3637  item/tool/call, 3 clients',
      ''
    ])
    expect((await unroll(['audit', 'approvals', '--thread', ROOT], terminal)).out).to.equal(
      [
        'TIME (UTC)               WHAT              CALL                    THREAD',
        '2026-11-24 07:01:00.200  approved by user  command_execution cal…  01a1fcde-3637',
        ''
      ].join('\n')
    )
  })

  it('tells that somebody else moved a file, but not when', async () => {
    const file = Object.keys(homeFiles(home)).find((path) => path.includes(ROOT)) ?? ''
    mkdirSync(join(home, 'archived_sessions'), { recursive: true })
    renameSync(join(home, file), join(home, 'archived_sessions', basename(file)))
    const [last] = (await report('--thread', ROOT)).slice(-1)
    expect(last).to.deep.include({
      action: 'archived',
      at: null,
      certainty: 'inferred',
      evidence: { kind: 'place', file: basename(file) }
    })
    await unroll(['unarchive', ROOT])
    const actions = (await report('--thread', ROOT)).slice(-1).map(({ action }) => action)
    expect(actions).to.deep.equal(['unarchived'])
  })

  it('exports the same bytes every time, and only more rows after more was done', async () => {
    const first = readFileSync(await exportTo('first.jsonl'), 'utf8')
    expect(readFileSync(await exportTo('again.jsonl'), 'utf8')).to.equal(first)
    expect((await unroll(['audit', 'export'])).out).to.equal(first)
    await unroll(['rename', FORK, 'New name'])
    await unroll(['rollback', ROOT, '--turns', '1'])
    await unroll(['archive', FORK])
    const second = readFileSync(await exportTo('second.jsonl'), 'utf8').split('\n')
    const old = first.split('\n').slice(0, -2)
    expect(old.filter((line) => !second.includes(line))).to.deep.equal([])
    expect(second.length).to.equal(old.length + 2 + 3)
    const [head] = old.slice(-1).map((line) => line.slice(9, 73))
    const words = ['audit', 'verify', join(folder, 'second.jsonl'), '--head', head ?? '']
    expect(await plain(words)).to.include({ code: 0 })
    const part = (await unroll(['audit', 'export', '--thread', ROOT])).out.split('\n')
    expect(part.slice(0, -2)).to.deep.equal(
      second.filter((line) => line.includes(`"threadId":"${ROOT}"`))
    )
  })

  it('writes the same bytes with any index', async () => {
    const first = readFileSync(await exportTo('memory.jsonl'), 'utf8')
    const index = join(folder, 'index')
    for (let times = 0; times < 2; times++)
      expect((await plain(['audit', 'export', '--home', home, '--index', index])).out).to.equal(
        first
      )
  })

  it('writes no file over another, and refuses to check what is no export', async () => {
    const file = await exportTo('trail.jsonl')
    const before = readFileSync(file, 'utf8')
    expect((await unroll(['audit', 'export', '--out', file])).code).to.equal(5)
    expect(readFileSync(file, 'utf8')).to.equal(before)
    expect((await plain(['audit', 'verify', join(folder, 'none')])).code).to.equal(5)
    expect((await unroll(['audit', 'verify'])).code).to.equal(6)
    writeFileSync(join(folder, 'empty'), '')
    const empty = await plain(['audit', 'verify', join(folder, 'empty'), '--json'])
    expect(empty.code).to.equal(1)
    expect(JSON.parse(empty.out)).to.deep.equal({
      ok: false,
      line: 1,
      threadId: null,
      seq: null,
      reason: 'the last line is missing: rows may be, too'
    })
  })

  it('tells at which row an export was changed', async () => {
    const file = await exportTo('trail.jsonl')
    const lines = readFileSync(file, 'utf8').split('\n')
    lines[4] = (lines[4] ?? '').replace('turn_', 'term_')
    writeFileSync(file, lines.join('\n'))
    expect(await plain(['audit', 'verify', file])).to.deep.equal({
      code: 1,
      out: `line 5 (row 4 of thread ${ROOT}): its hash does not fit\n`,
      err: ''
    })
    writeFileSync(file, lines.join('\n').trimEnd())
    expect((await plain(['audit', 'verify', file])).code).to.equal(1)
  })

  it('prints comma-separated values in which no text is a formula', async () => {
    await unroll(['rename', ROOT, '=HYPERLINK("http://example.com")'])
    const { out } = await unroll(['audit', 'report', '--csv', '--thread', ROOT])
    const [head, ...rows] = out.split('\r\n')
    expect(head?.split(',').length).to.equal(18)
    expect(rows.length).to.be.greaterThan(10)
    expect(rows.filter((line) => /(^|,)"?[=+@-]/.test(line))).to.deep.equal([])
  })

  it('reports a range, an action or an actor, and refuses what it does not know', async () => {
    const all = await report()
    const since = '2026-11-21T06:49:45.000Z'
    const late = await report('--since', since)
    expect(late).to.deep.equal(
      all.filter(({ at, action }) => action === 'archived' || Date.parse(at) >= Date.parse(since))
    )
    expect(await report('--until', since)).to.have.length(all.length - late.length)
    expect(await report('--limit', '3')).to.deep.equal(all.slice(0, 3))
    expect(await report('--actor', 'nobody')).to.deep.equal([])
    for (const words of [
      ['--action', 'dreamt'],
      ['--since', 'soon'],
      ['--thread', 'nobody']
    ])
      expect((await unroll(['audit', 'report', ...words])).code).to.be.oneOf([2, 3])
    expect(existsSync(join(home, '.unroll'))).to.equal(false)
  })
})
