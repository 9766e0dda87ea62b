// A file whose metadata has another id than its name: both lead to its thread, where nobody has to answer as Codex does.
import { expect } from 'chai'
import { join } from 'node:path'
import { removeFolder } from '../../support/fixture-home.ts'
import { linesIn, LISTED, otherIdsHome, SHARED } from '../../support/other-ids.ts'
import { appendRollout, idOf, linesOf, rolloutPath } from '../../support/rollouts.ts'
import {
  clientOf,
  initialized,
  serverOf,
  shaken,
  unattended,
  type Client
} from '../../support/rpc-client.ts'

const FILE = idOf(1)
const PATH = 'sessions/00000000001.jsonl'

const threadIn = (answer: unknown): Readonly<Record<string, unknown>> =>
  (answer as { readonly result: { readonly thread: Readonly<Record<string, unknown>> } }).result
    .thread

describe('app-server, not strict: files whose metadata has another id', () => {
  let home: string
  let client: Client
  beforeEach(async () => {
    home = otherIdsHome()
    client = await initialized(home, { strict: false })
  })
  afterEach(async () => {
    await client.close()
    removeFolder(home)
  })

  it('shows one thread by both ids, and loads it once', async () => {
    expect(threadIn(await client.ask('thread/read', { threadId: LISTED }))['id']).to.equal(FILE)
    expect(threadIn(await client.ask('thread/resume', { threadId: LISTED }))['id']).to.equal(FILE)
    expect(threadIn(await client.ask('thread/resume', { threadId: FILE }))['id']).to.equal(FILE)
    expect(await client.ask('thread/loaded/list', {})).to.deep.equal({
      result: { data: [FILE], nextCursor: null }
    })
    const items = [{ type: 'message', role: 'user', content: [] }]
    for (const threadId of [LISTED, FILE])
      expect(await client.ask('thread/inject_items', { threadId, items })).to.deep.equal({
        result: {}
      })
    expect(linesIn(home).get(PATH)).to.have.lengthOf(4)
  })

  it('keeps what is said of a thread under the id that Codex looks for', async () => {
    await client.ask('thread/name/set', { threadId: FILE, name: 'found again' })
    await client.ask('thread/goal/set', { threadId: FILE, objective: 'be found' })
    await client.ask('thread/metadata/update', { threadId: FILE, gitInfo: { branch: 'b' } })
    const said = (linesIn(home).get(PATH) ?? []).slice(2).map((line) => JSON.parse(line).payload)
    expect(said.map(({ threadId, id }) => threadId ?? id)).to.deep.equal([LISTED, LISTED])
    const thread = threadIn(await client.ask('thread/read', { threadId: LISTED }))
    expect([thread['name'], thread['gitInfo']]).to.deep.equal([
      'found again',
      { sha: null, branch: 'b', originUrl: null }
    ])
    const goal = await client.ask('thread/goal/get', { threadId: LISTED })
    expect(goal).to.have.nested.property('result.goal.objective', 'be found')
    expect(goal).to.have.nested.property('result.goal.threadId', FILE)
    const strict = await initialized(home)
    const listed = threadIn(await strict.ask('thread/read', { threadId: LISTED }))
    expect([listed['id'], listed['name']]).to.deep.equal([LISTED, 'found again'])
    await strict.close()
  })

  it('tells once of a name that is kept under the id in the metadata', async () => {
    let nowMs = Date.now()
    const server = serverOf(home, { strict: false }, { ...unattended(home), nowMs: () => nowMs })
    const one = await shaken(clientOf(server))
    const named = async (): Promise<ReadonlyArray<unknown>> => {
      nowMs += 1000
      await server.server.follow.sweep()
      return one.received
        .filter(({ method }) => method === 'thread/name/updated')
        .map(({ params }) => Object.values(params as object))
    }
    await one.ask('thread/name/set', { threadId: FILE, name: 'first' })
    expect(await named()).to.deep.equal([[FILE, 'first']])
    const entry = { id: LISTED, thread_name: 'second', updated_at: '2026-05-01T10:00:01Z' }
    appendRollout(join(home, 'session_index.jsonl'), linesOf([JSON.stringify(entry)]))
    expect(await named()).to.deep.equal([
      [FILE, 'first'],
      [FILE, 'second']
    ])
    await server.close()
  })

  it('says which threads an id can mean, and changes none of them', async () => {
    const before = linesIn(home)
    for (const method of ['thread/read', 'thread/resume', 'thread/archive', 'thread/delete'])
      expect(await client.ask(method, { threadId: SHARED })).to.deep.equal({
        error: {
          code: -32600,
          message: `"${SHARED}" names 2 threads: ${idOf(2)}, ${idOf(3)}`
        }
      })
    expect(linesIn(home)).to.deep.equal(before)
  })

  it('archives and deletes by the id in the metadata', async () => {
    await client.ask('thread/resume', { threadId: FILE })
    await client.ask('thread/archive', { threadId: LISTED })
    expect([...linesIn(home).keys()]).to.include('archived_sessions/00000000001.jsonl')
    expect(await client.ask('thread/loaded/list', {})).to.have.deep.nested.property(
      'result.data',
      []
    )
    await client.ask('thread/delete', { threadId: LISTED })
    expect(linesIn(home).size).to.equal(3)
  })
})

describe('app-server, strict: files whose metadata has another id', () => {
  it('unloads the thread of a file that is archived by its name', async () => {
    const home = otherIdsHome()
    const client = await initialized(home)
    await client.ask('thread/resume', { threadId: LISTED })
    await client.ask('thread/archive', { threadId: FILE })
    expect(await client.ask('thread/loaded/list', {})).to.have.deep.nested.property(
      'result.data',
      []
    )
    await client.close()
    removeFolder(home)
  })

  it('tells a client that loaded a thread what others write to its file', async () => {
    const home = otherIdsHome()
    let nowMs = Date.now()
    const server = serverOf(home, {}, { ...unattended(home), nowMs: () => nowMs })
    const client = await shaken(clientOf(server))
    await client.ask('thread/resume', { threadId: FILE })
    const from = client.received.length
    const timestamp = '2026-05-01T10:00:01.000Z'
    const payload = { type: 'task_started', turn_id: 't1' }
    appendRollout(
      rolloutPath(home, FILE, 1),
      linesOf([JSON.stringify({ timestamp, type: 'event_msg', payload })])
    )
    nowMs += 1000
    await server.server.follow.sweep()
    const told = client.received
      .slice(from)
      .map(({ method, params }) => [method, (params as { readonly threadId: string }).threadId])
    expect(told).to.deep.include(['turn/started', LISTED])
    expect(new Set(told.map(([, threadId]) => threadId))).to.deep.equal(new Set([LISTED]))
    await server.close()
    removeFolder(home)
  })
})
