// How threads came of each other, over the wire. What is expected stands in the files, or on pages of turns that are held against the real
// binaries elsewhere.
import { expect } from 'chai'
import type { GraphEdge, ThreadGraph } from '../../../domain/unroll-protocol.ts'
import { rolloutsOf } from '../../support/cut-home.ts'
import { openedEngine, right } from '../../support/engines.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { initialized, type Client } from '../../support/rpc-client.ts'

const NOBODY = '00000000-0000-7000-8000-000000000000'
const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'

// What comes over the wire has no type here.
// oxlint-disable-next-line typescript/no-explicit-any
type Row = any

describe('graphs of threads', () => {
  let home = ''
  let client: Client
  const serve = async (name: string): Promise<void> => {
    home = copyHome(name)
    const profile = name.endsWith('169') ? '0.169' : '0.142'
    client = await initialized(home, { strict: false, profile })
  }
  afterEach(async () => {
    await client.close()
    removeFolder(home)
  })

  const graph = async (threadId?: string): Promise<ThreadGraph> => {
    const answer = await client.ask('unroll/thread/graph', { threadId })
    expect(answer).to.have.property('result')
    return answer['result'] as ThreadGraph
  }
  const turnIds = async (threadId: string): Promise<ReadonlyArray<string>> => {
    const asked = { threadId, limit: 100, sortDirection: 'asc', itemsView: 'notLoaded' }
    const { result } = await client.ask('thread/turns/list', asked)
    return (result as Row).data.map((turn: Row) => turn.id)
  }
  const linesOf = (threadId: string): ReadonlyArray<Row> =>
    (rolloutsOf(home).find((file) => file.threadId === threadId)?.lines ?? []).map((line) =>
      JSON.parse(line)
    )

  it('have the forks that the files name, at the last turn that both begin with', async () => {
    await serve('fork-rollback-142')
    const expected: Array<GraphEdge> = []
    for (const { threadId, lines } of rolloutsOf(home)) {
      const from = JSON.parse(lines[0] ?? '').payload.forked_from_id
      if (typeof from !== 'string') continue
      const [a, b] = [await turnIds(threadId), await turnIds(from)]
      const other = a.findIndex((id, i) => id !== b[i])
      const shared = other === -1 ? a : a.slice(0, other)
      const atTurn = shared.at(-1) ?? null
      expected.push({ from, to: threadId, kind: 'fork', atTurn, atRevision: null })
    }
    const [{ threadId } = { threadId: '' }] = rolloutsOf(home)
    const { edges, nodes } = await graph(threadId)
    expect(edges).to.deep.equal(expected)
    expect(nodes.map((node) => node.threadId)).to.deep.equal(
      rolloutsOf(home).map((file) => file.threadId)
    )
    for (const node of nodes) expect(node.turns).to.equal((await turnIds(node.threadId)).length)
  })

  it('have the rollbacks of the file with the turns that they took away', async () => {
    await serve('fork-rollback-142')
    const [{ threadId } = { threadId: '' }] = rolloutsOf(home)
    const live: Array<string> = []
    const expected: Array<object> = []
    for (const [revision, { timestamp, type, payload }] of linesOf(threadId).entries()) {
      if (type !== 'event_msg') continue
      if (payload.type === 'task_started') live.push(payload.turn_id)
      if (payload.type !== 'thread_rolled_back') continue
      expected.push({
        ...{ threadId, revision, atMs: Date.parse(timestamp) },
        turnIds: live.splice(-payload.num_turns),
        undoneAtRevision: null
      })
    }
    const { rollbacks } = await graph(threadId)
    expect(expected.length).to.be.greaterThan(1)
    expect(rollbacks.filter((one) => one.threadId === threadId)).to.deep.equal(expected)
  })

  it('say where a rollback was undone', async () => {
    await serve('basic-142')
    const other = await openedEngine({ home, index: 'memory', profile: '0.142', strict: false })
    const last = (await turnIds(PLAIN)).at(-1)
    await right(other.rollback(PLAIN, 1))
    await right(other.undo(null))
    await other.close()
    const kinds = linesOf(PLAIN).map(({ payload }) => payload.type)
    const { rollbacks } = await graph(PLAIN)
    expect(
      rollbacks.map(({ revision, turnIds: ids, undoneAtRevision }) => [
        revision,
        ids,
        undoneAtRevision
      ])
    ).to.deep.equal([
      [kinds.indexOf('thread_rolled_back'), [last], kinds.indexOf('unroll_turns_restored')]
    ])
  })

  it('have agents with the turn and the line that spawned them', async () => {
    await serve('agents-142')
    const [{ threadId: parent } = { threadId: '' }, ...others] = rolloutsOf(home)
    const lines = linesOf(parent)
    const expected = others.map(({ threadId: child }) => {
      const at = lines.findIndex((line) => JSON.stringify(line).includes(child))
      const begun = lines.slice(0, at).filter(({ payload }) => payload.type === 'task_started')
      return {
        ...{ from: parent, to: child, kind: 'agent' },
        ...{ atTurn: begun.at(-1).payload.turn_id, atRevision: at }
      }
    })
    const { edges, nodes } = await graph(parent)
    expect(edges).to.deep.equal(expected)
    expect(nodes.map(({ kind }) => kind)).to.deep.equal(['thread', 'agent', 'agent', 'agent'])
    expect(await graph(others[0]?.threadId)).to.deep.equal({
      nodes,
      edges,
      ...(await rest(parent))
    })
  })
  const rest = async (threadId: string) => {
    const { rollbacks, segments } = await graph(threadId)
    return { rollbacks, segments }
  }

  it('have reviews with the turn that shows them', async () => {
    await serve('review-169')
    const reviewed: Array<unknown> = []
    const found: Array<unknown> = []
    const { nodes } = await graph()
    for (const { threadId, kind } of nodes) {
      if (kind !== 'thread') continue
      for (const { from, kind: what, atTurn } of (await graph(threadId)).edges)
        if (what === 'review') found.push([from, atTurn])
      const asked = { threadId, limit: 100, sortDirection: 'asc', itemsView: 'full' }
      const { result } = await client.ask('thread/turns/list', asked)
      for (const { id, items } of (result as Row).data)
        if (items.some((item: Row) => item.type === 'enteredReviewMode'))
          reviewed.push([threadId, id])
    }
    expect(reviewed.length).to.be.greaterThan(1)
    expect(found).to.have.deep.members(reviewed)
  })

  it('have the further files of threads, and the reverts that made them', async () => {
    await serve('fork-rollback-169')
    const root = '01a1fd07-348f-7b10-a44e-b6acb19dda3e'
    const { segments, rollbacks } = await graph(root)
    expect(segments.filter(({ threadId }) => threadId === root)).to.deep.equal([
      { threadId: root, segment: 1, beginsAtTurn: 3 },
      { threadId: root, segment: 2, beginsAtTurn: 3 }
    ])
    const files = rolloutsOf(home).filter(
      ({ threadId, segmentId }) => threadId === root && segmentId !== root
    )
    expect(
      rollbacks.filter(({ threadId }) => threadId === root).map(({ atMs }) => atMs)
    ).to.deep.equal(
      files.map(({ lines }) => Date.parse(JSON.parse(lines[0] ?? '').payload.timestamp))
    )
  })

  it('are of the home where no thread is named, and of what is not read yet say less', async () => {
    await serve('review-142')
    const all = await graph()
    expect(all.nodes.map(({ threadId }) => threadId)).to.have.members([
      ...new Set(rolloutsOf(home).map(({ threadId }) => threadId))
    ])
    expect(new Set(all.nodes.map(({ turns }) => turns))).to.deep.equal(new Set([null]))
    const { error } = await client.ask('unroll/thread/graph', { threadId: NOBODY })
    expect(error).to.deep.equal({ code: -32600, message: `thread not loaded: ${NOBODY}` })
  })
})
