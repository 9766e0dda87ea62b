// Two nodes over one store change the same threads: one wins, the other is refused, and nothing is lost.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { threadStream } from '../../adapters/log/eventstore/stream/names.ts'
import type { Wire } from '../../adapters/log/eventstore/wire.ts'
import { eraOf } from '../../domain/log/profile.ts'
import { START, type Batch } from '../../replay/ports.ts'
import type { Engine } from '../../replay/engine.ts'
import { said } from '../support/appending.ts'
import { right } from '../support/engines.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import { memoryWire, type MemoryWire } from '../support/memory-wire.ts'
import { storeEngine } from '../support/store-engine.ts'
import { storeHome } from '../support/stored-home.ts'

const profile = eraOf('0.169', false)

/** Runs something once, just before the first append to a stream. */
const interrupted = (wire: Wire, stream: string, run: () => Promise<unknown>): Wire => {
  let isRun = false
  return {
    ...wire,
    append: async (to, expected, events) => {
      if (to === stream && !isRun) {
        isRun = true
        await run()
      }
      return wire.append(to, expected, events)
    }
  }
}

/** Every line of a thread, in words. */
const linesOf = async (engine: Engine, id: string): Promise<ReadonlyArray<string>> => {
  const batches: Array<Batch> = []
  for await (const batch of await right(engine.events(id, START))) batches.push(batch)
  return batches.flatMap(({ lines }) => lines.map((line) => JSON.stringify(line)))
}

/** The thread with the most turns. */
const longest = async (engine: Engine): Promise<string> => {
  const { data } = await right(engine.listThreads({ limit: 100 }))
  const counts = await Promise.all(
    data.map(async ({ id }) => {
      const turns = await right(engine.listTurns(id, { limit: 100 }))
      return [turns.data.length, id] as const
    })
  )
  return counts.toSorted(([a], [b]) => b - a)[0]?.[1] ?? ''
}

describe('two nodes over one store', () => {
  let home = ''
  let id = ''
  let wire: MemoryWire
  let engines: Array<Engine> = []
  const node = (over: Wire = wire): Engine => {
    const engine = storeEngine(over, home, { profile })
    engines.push(engine)
    return engine
  }
  const countOf = (type: string): number =>
    wire.eventsOf(threadStream(id)).filter((event) => event.type === type).length

  beforeEach(async () => {
    home = copyHome('fork-rollback-169')
    wire = memoryWire()
    await storeHome(wire, home)
    id = await longest(node())
  })
  afterEach(async () => {
    await Promise.all(engines.map((engine) => engine.close()))
    engines = []
    removeFolder(home)
  })

  it('archive a thread once, and the other node is told that it is archived', async () => {
    const answers = await Promise.all([node(), node()].map((engine) => engine.archive(id)()))
    const tags = answers.map((answer) => (E.isRight(answer) ? 'archived' : answer.left)).toSorted()
    expect(tags).to.deep.equal([
      { _tag: 'StreamNotFound', streamId: id, among: 'active' },
      'archived'
    ])
    expect(countOf('unroll-archived')).to.equal(1)
  })

  it('see the names, places and forks of each other', async () => {
    const [one, other] = [node(), node()]
    await right(other.listThreads({}))
    await right(one.rename(id, 'a name of another node'))
    expect(await right(other.resolve('a name of another node'))).to.equal(id)
    const fork = await right(one.fork(id, {}))
    expect(await linesOf(other, fork.id)).to.deep.equal(await linesOf(one, fork.id))
    await right(one.archive(id))
    const archived = await right(other.listThreads({ archived: true, sortKey: 'updated_at' }))
    expect(archived.data.map((thread) => thread.id)).to.include(id)
  })

  it('an archive that meets an append comes after it, and both are there', async () => {
    const writer = node()
    const archiving = node(
      interrupted(wire, threadStream(id), () => right(writer.append(id, [said('meanwhile')])))
    )
    await right(archiving.archive(id))
    const lines = await linesOf(node(), id)
    expect(lines.at(-1)).to.include('meanwhile')
    const found = await right(node().locate(id))
    expect(found.archived).to.equal(true)
  })

  it('a revert that meets an append is refused, and the thread is as the append left it', async () => {
    const writer = node()
    const turns = await right(writer.listTurns(id, { sortDirection: 'asc' }))
    const reverting = node(
      interrupted(wire, threadStream(id), () => right(writer.append(id, [said('meanwhile')])))
    )
    const turn = turns.data[1]?.id ?? ''
    const before = await right(writer.lineage(id))
    expect(await reverting.revert(id, turn)()).to.deep.equal(
      E.left({ _tag: 'Busy', what: `thread ${id}` })
    )
    const after = node()
    expect(await right(after.lineage(id))).to.deep.equal(before)
    expect((await linesOf(after, id)).at(-1)).to.include('meanwhile')
    await right(reverting.revert(id, turn))
    expect((await right(after.listTurns(id, {}))).data).to.have.length(1)
  })

  it('an append that meets a revert is refused, and only the revert is there', async () => {
    const other = node()
    const turns = await right(other.listTurns(id, { sortDirection: 'asc' }))
    const turn = turns.data[1]?.id ?? ''
    const appending = node(interrupted(wire, threadStream(id), () => right(other.revert(id, turn))))
    const { data } = await right(appending.listTurns(id, { sortDirection: 'asc' }))
    expect(data).to.have.length(turns.data.length)
    const count = (await linesOf(appending, id)).length
    const answer = await appending.append(id, [said('too late')], count)()
    expect(E.isLeft(answer) && answer.left._tag).to.equal('WrongExpectedRevision')
    const lines = await linesOf(node(), id)
    expect(lines.filter((line) => line.includes('too late'))).to.deep.equal([])
    expect((await right(node().listTurns(id, {}))).data).to.have.length(1)
  })

  it('delete for good makes the stream unreadable, and the other node does not know it any more', async () => {
    const [one, other] = [node(), node()]
    const fork = await right(one.fork(id, {}))
    await linesOf(other, fork.id)
    await right(one.remove(fork.id, { permanent: true }))
    expect(wire.isTombstoned(threadStream(fork.id))).to.equal(true)
    expect(await other.readThread(fork.id, true)()).to.deep.equal(
      E.left({ _tag: 'StreamNotFound', streamId: fork.id })
    )
    const ids = (await right(other.listThreads({ limit: 100 }))).data.map((thread) => thread.id)
    expect(ids).to.not.include(fork.id)
    expect(await node().readThread(fork.id, true)()).to.deep.equal(
      E.left({ _tag: 'StreamNotFound', streamId: fork.id })
    )
  })

  it('a stream that a thread in the trash goes on from is made unreadable with the last of these', async () => {
    const engine = node()
    const fork = await right(engine.fork(id, {}))
    const further = await right(engine.fork(fork.id, {}))
    const dead = () => [fork.id, further.id].map((one) => wire.isTombstoned(threadStream(one)))
    await right(engine.remove(further.id))
    await right(engine.remove(fork.id, { permanent: true }))
    expect(dead()).to.deep.equal([false, false])
    expect(await engine.readThread(fork.id, false)()).to.deep.equal(
      E.left({ _tag: 'StreamNotFound', streamId: fork.id })
    )
    await right(engine.restore(further.id))
    await right(engine.remove(further.id, { permanent: true }))
    expect(dead()).to.deep.equal([true, true])
  })

  it('a relocation that the server does not answer stays unfinished, and the other node finishes it', async () => {
    const unavailable = { _tag: 'StoreUnavailable', where: 'memory', reason: 'gone' } as const
    let isGone = false
    const lost: Wire = {
      ...wire,
      append: async (stream, expected, events) => {
        isGone ||= stream === threadStream(id)
        return isGone ? E.left(unavailable) : wire.append(stream, expected, events)
      }
    }
    expect(await node(lost).archive(id)()).to.deep.equal(E.left(unavailable))
    const other = storeEngine(wire, home, { profile }, { nowMs: () => Date.now() + 60_000 })
    engines.push(other)
    const states = async () =>
      (await right(other.operations())).map(({ began, state }) => [began.operation, state])
    expect(await states()).to.deep.equal([['archive', 'unfinished']])
    await right(other.unarchive(id))
    expect(await states()).to.deep.equal([
      ['unarchive', 'done'],
      ['archive', 'done']
    ])
    expect([countOf('unroll-archived'), countOf('unroll-unarchived')]).to.deep.equal([1, 1])
  })
})
