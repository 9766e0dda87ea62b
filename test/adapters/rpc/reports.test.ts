// What commands report, over the wire: the same objects that the commands print of the same home, and for some of them what the files say.
import { expect } from 'chai'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { KINDS } from '../../../domain/upkeep/check/kinds.ts'
import { rolloutsOf } from '../../support/cut-home.ts'
import { openedEngine, right } from '../../support/engines.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { initialized, type Client } from '../../support/rpc-client.ts'
import { inHome } from '../cli/console.ts'

const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const FORK = '01a1fcde-3abc-7921-ae69-8e353aa02221'
const NOBODY = '00000000-0000-7000-8000-000000000000'

// What comes over the wire has no type here.
// oxlint-disable-next-line typescript/no-explicit-any
type Row = any

describe('reports over the app-server', () => {
  let home = ''
  let client: Client
  const unroll = inHome(() => home)
  const serve = async (name: string): Promise<void> => {
    home = copyHome(name)
    client = await initialized(home, { strict: false, profile: '0.169' })
  }
  afterEach(async () => {
    await client.close()
    removeFolder(home)
  })

  const ask = async (method: string, params: object): Promise<Row> => {
    const answer = await client.ask(method, params)
    expect(answer).to.have.property('result')
    return answer['result']
  }
  const refusal = async (method: string, params: object): Promise<unknown> =>
    (await client.ask(method, params))['error']
  const printed = async (...argv: ReadonlyArray<string>): Promise<ReadonlyArray<Row>> => {
    const { out } = await unroll([...argv, '--json'])
    return out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  }
  const missing = (member: string): object => ({
    code: -32600,
    message: `Invalid request: missing field \`${member}\``
  })

  it('are the trees of agents that the command prints', async () => {
    await serve('agents-142')
    let agents = 0
    for (const { threadId } of rolloutsOf(home)) {
      const [expected] = await printed('agents', threadId)
      expect(await ask('unroll/agents/read', { threadId })).to.deep.equal(expected)
      agents += expected.children.length
    }
    expect(agents).to.be.greaterThan(0)
    expect(await refusal('unroll/agents/read', {})).to.deep.equal(missing('threadId'))
  })

  it('are the operations that the command prints, within a time and in either direction', async () => {
    await serve('fork-rollback-142')
    const other = await openedEngine({ home, index: 'memory', profile: '0.142', strict: false })
    for (const name of ['one', 'two', 'three']) await right(other.rename(ROOT, name))
    await right(other.archive(FORK))
    await other.close()
    const rows = await printed('log')
    expect(rows.map(({ began }) => began.operation)).to.deep.equal([
      'archive',
      'rename',
      'rename',
      'rename'
    ])
    expect(await ask('unroll/log/list', {})).to.deep.equal({ data: rows, total: 4 })
    const up = { desc: false, limit: 2 }
    expect(await ask('unroll/log/list', up)).to.deep.equal({
      data: rows.toReversed().slice(0, 2),
      total: 4
    })
    expect(await ask('unroll/log/list', { threadId: FORK })).to.deep.equal({
      data: rows.slice(0, 1),
      total: 1
    })
    const untilMs = Date.parse(rows[0].began.at)
    const sinceMs = Date.parse(rows[2].began.at)
    const within = rows.filter(({ began }) => {
      const atMs = Date.parse(began.at)
      return sinceMs <= atMs && atMs < untilMs
    })
    expect(await ask('unroll/log/list', { sinceMs, untilMs })).to.deep.equal({
      data: within,
      total: within.length
    })
  })

  it('are what threads take on disk, as the command and the file system say', async () => {
    await serve('compaction-142')
    const lines = await printed('storage', '--total')
    const { $: _, ...total } = lines.at(-1)
    const threads = lines.slice(0, -1)
    expect(await ask('unroll/storage/read', {})).to.deep.equal({ threads, total })
    const files = rolloutsOf(home)
    expect([total.files, total.diskBytes]).to.deep.equal([
      files.length,
      files.reduce((sum, { path }) => sum + statSync(path).size, 0)
    ])
    const [{ threadId } = { threadId: '' }] = files
    expect((await ask('unroll/storage/read', { threadId })).threads).to.deep.equal(
      threads.filter((thread) => thread.threadId === threadId)
    )
    expect(await refusal('unroll/storage/read', { threadId: NOBODY })).to.deep.equal({
      code: -32600,
      message: `thread not loaded: ${NOBODY}`
    })
  })

  it('compare rollouts with their seals as the command does', async () => {
    await serve('fork-rollback-142')
    expect(await ask('unroll/audit/verify', {})).to.deep.include({ ok: true, files: [] })
    expect((await ask('unroll/audit/verify', {})).log).to.deep.include({ seals: 0, at: null })
    await unroll(['audit', 'seal'])
    const [{ path, threadId } = { path: '', threadId: '' }] = rolloutsOf(home)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.slice(0, -1))
    const lines = await printed('audit', 'verify', '--total')
    const { $: _, ...total } = lines.at(-1)
    const files = lines.slice(0, -1).filter(({ verdict }) => verdict === 'truncated')
    expect(await ask('unroll/audit/verify', {})).to.deep.equal({ ...total, files })
    expect([total.ok, files.map((file) => file.threadId)]).to.deep.equal([false, [threadId]])
  })

  it('compare files, index and databases as doctor does', async () => {
    await serve('fork-rollback-142')
    const [expected] = await printed('doctor')
    expect(await ask('unroll/doctor/read', {})).to.deep.equal(expected)
    expect(expected.files.active.files + expected.files.archived.files).to.equal(
      rolloutsOf(home).length
    )
  })

  it('count what the index holds', async () => {
    await serve('damaged-142')
    const [expected] = await printed('index', 'status', '--index', 'memory')
    expect(await ask('unroll/index/read', {})).to.deep.equal(expected)
    expect(expected.threads).to.equal(new Set(rolloutsOf(home).map((file) => file.threadId)).size)
  })

  it('explain kinds of problems in the words of the command', async () => {
    await serve('basic-142')
    const rows = await printed('explain')
    expect(await ask('unroll/explain/read', {})).to.deep.equal({ data: rows })
    expect(rows.map(({ kind }) => kind)).to.deep.equal(Object.keys(KINDS))
    const [torn] = await printed('explain', 'torn_tail')
    expect(await ask('unroll/explain/read', { kind: 'torn_tail' })).to.deep.equal({ data: [torn] })
    const { message } = (await refusal('unroll/explain/read', { kind: 'nothing' })) as Row
    expect(message).to.match(/^Invalid request: unknown variant `nothing`, expected one of/)
  })

  it('tell what changed between two points and two threads, as diff does', async () => {
    await serve('fork-rollback-142')
    const every = ['turns', 'context', 'files', 'usage']
    const all = every.flatMap((part) => ['--of', part])
    const between = await printed('diff', `${ROOT}@30`, ROOT, ...all)
    const before = { threadId: ROOT, at: { revision: 30 } }
    const after = { threadId: ROOT }
    expect(await ask('unroll/diff/read', { before, after, of: every })).to.deep.equal({
      data: between
    })
    expect(new Set(between.map(({ of }) => of)).size).to.be.greaterThan(1)
    expect(await ask('unroll/diff/read', { before, after: { threadId: FORK } })).to.deep.equal({
      data: await printed('diff', `${ROOT}@30`, FORK)
    })
    expect(await refusal('unroll/diff/read', { before })).to.deep.equal(missing('after'))
    expect(
      await refusal('unroll/diff/read', { before: { threadId: ROOT, at: {} }, after })
    ).to.deep.equal({
      code: -32600,
      message: 'at needs exactly one of revision, turnId and timeMs'
    })
    expect(await refusal('unroll/diff/read', { before, after, of: ['names'] })).to.deep.equal({
      code: -32600,
      message:
        'Invalid request: unknown variant `names`, expected one of `turns`, `context`, `files`, `usage`'
    })
  })
})
