// Everything that is no line of a rollout: over a store of streams it is done, refused, undone and reported as over the home the
// streams were copied from. Two engines run the same script; ids and times of the run have stand-ins.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import { connectWire } from '../../adapters/log/eventstore/connection/connect.ts'
import type { Wire } from '../../adapters/log/eventstore/wire.ts'
import { auditHome } from '../../adapters/home/audit-home.ts'
import { homeLog } from '../../adapters/home/home-log.ts'
import { appendName } from '../../adapters/home/session-index.ts'
import { homeWriter } from '../../adapters/upkeep/repair/home-writer.ts'
import { segmentWriter } from '../../adapters/log/jsonl/create.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { eraOf, type Profile, type ProfileName } from '../../domain/log/profile.ts'
import type { Engine } from '../../replay/engine.ts'
import { operationLog } from '../../replay/operation-log.ts'
import type { HomeLogs } from '../../replay/home-ports.ts'
import { engineOver } from '../support/engine-over.ts'
import { right } from '../support/engines.ts'
import { startEventStore } from '../support/eventstore-server/server.ts'
import { copyHome, FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { memoryWire } from '../support/memory-wire.ts'
import { beforeOf, createRun, differences } from '../support/normalise.ts'
import { storeEngine } from '../support/store-engine.ts'
import { storeHome } from '../support/stored-home.ts'

type Told = readonly [string, unknown]

const answerOf = (answer: E.Either<unknown, unknown>): unknown =>
  E.isRight(answer) ? answer.right : { refused: answer.left }

/** Everything an engine shows of its threads. */
async function* seen(engine: Engine): AsyncGenerator<Told> {
  for (const archived of [false, true]) {
    const page = await engine.listThreads({ archived, limit: 100 })()
    yield [`threads, archived: ${archived}`, answerOf(page)]
    for (const { id } of E.isRight(page) ? page.right.data : []) {
      yield [`thread ${id}`, answerOf(await engine.readThread(id, true)())]
      yield [`lineage of ${id}`, answerOf(await engine.lineage(id)())]
      yield [`agents of ${id}`, answerOf(await engine.agents(id)())]
    }
  }
  yield ['operations', answerOf(await engine.operations({ limit: 1000 })())]
  yield ['trail', answerOf(await engine.auditTrail({ limit: 1000 })())]
}

/** The databases of Codex are not part of a store. */
const FORCE = { force: true }

const idOf = (answer: E.Either<unknown, { readonly id: string }>): string =>
  E.isRight(answer) ? answer.right.id : ''

/** The life of the threads of a home. */
async function* lives(engine: Engine, ids: ReadonlyArray<string>): AsyncGenerator<Told> {
  const [first = '', second = first] = ids
  const turns = await engine.listTurns(first, { sortDirection: 'asc' })()
  const turn = E.isRight(turns) ? turns.right.data[1]?.id : undefined
  yield ['rename', answerOf(await engine.rename(first, 'one')())]
  yield ['rename again', answerOf(await engine.rename(first, 'two')())]
  yield ['undo a rename', answerOf(await engine.undo(null, FORCE)())]
  yield ['archive', answerOf(await engine.archive(first, FORCE)())]
  yield ['archive twice', answerOf(await engine.archive(first, FORCE)())]
  yield* seen(engine)
  yield ['fork of an archived one', answerOf(await engine.fork(first, {})())]
  yield ['unarchive', answerOf(await engine.unarchive(first, FORCE)())]
  yield ['undo of unarchive', answerOf(await engine.undo(null, FORCE)())]
  yield ['unarchive again', answerOf(await engine.unarchive(first, FORCE)())]
  const fork = await engine.fork(first, {})()
  yield ['fork', answerOf(fork)]
  const point = turn === undefined ? {} : { beforeTurnId: turn }
  const other = await engine.fork(first, point)()
  yield ['fork before a turn', answerOf(other)]
  yield* seen(engine)
  yield ['revert', answerOf(await engine.revert(first, turn ?? '', FORCE)())]
  yield ['revert taken back', answerOf(await engine.unrollback(first, FORCE)())]
  yield ['rollback', answerOf(await engine.rollback(first, 1, FORCE)())]
  yield ['rollback taken back', answerOf(await engine.undo(null, FORCE)())]
  yield ['review', answerOf(await engine.startReview(first, { type: 'uncommittedChanges' })())]
  yield ['review ends', answerOf(await engine.completeReview(first, 'nothing to say')())]
  yield* seen(engine)
  yield ['delete what is referred to', answerOf(await engine.remove(first)())]
  yield ['undo of a delete', answerOf(await engine.undo(null, FORCE)())]
  yield ['delete of a fork', answerOf(await engine.remove(idOf(other))())]
  yield* seen(engine)
  yield ['restore of a fork', answerOf(await engine.restore(idOf(other))())]
  yield ['delete again', answerOf(await engine.remove(idOf(other))())]
  yield ['delete for good', answerOf(await engine.remove(idOf(fork), { permanent: true })())]
  yield ['delete of another one', answerOf(await engine.remove(second)())]
  yield* seen(engine)
  yield ['restore of the last', answerOf(await engine.restore(null)())]
  yield ['restore of the one before', answerOf(await engine.restore(null)())]
  yield ['restore of nothing', answerOf(await engine.restore(null)())]
  yield ['restore of what is gone for good', answerOf(await engine.restore(idOf(fork))())]
  yield* seen(engine)
}

/** Times of the run that stand where no id or RFC 3339 time does. */
const withoutClock = <A>(value: A, isNow: (ms: number) => boolean): A =>
  JSON.parse(
    JSON.stringify(value, (_key, member: unknown) => {
      if (typeof member !== 'number') return member
      // File systems do not keep every digit of a time.
      return isNow(member) ? '<now>' : Math.round(member)
    })
  ) as A

/** A clock that advances at every look, so that every step has a time of its own. */
const ticking = (fromMs: number) => {
  let now = fromMs
  return (): number => (now += 10)
}

/** An engine over a home, with the clocks of the test. */
const fileEngine = (home: string, profile: Profile, atMs: number): Engine => {
  const store = jsonlStore({ home, profile, strict: false })
  const nowMs = ticking(atMs)
  const homeLogs: HomeLogs = (name) => ({ ...homeLog(home)(name), nowMs })
  return engineOver(home, {
    profile,
    store,
    homeLogs,
    operations: operationLog(homeLogs('operations')),
    writer: { ...segmentWriter(home, store), nowMs: () => atMs },
    homeWriter: {
      ...homeWriter(home),
      nowMs,
      appendName: async (id, name) => E.right(appendName(home, id, name, nowMs()))
    },
    auditHome: auditHome(home)
  })
}

/** The same over a store. */
const storedEngine = (wire: Wire, home: string, profile: Profile, atMs: number): Engine =>
  storeEngine(wire, home, { profile }, { nowMs: ticking(atMs) }, () => atMs)

const HOMES: ReadonlyArray<readonly [ProfileName, string]> = [
  ['0.142', 'basic-142'],
  ['0.142', 'fork-rollback-142'],
  ['0.142', 'agents-142'],
  ['0.169', 'basic-169'],
  ['0.169', 'fork-rollback-169'],
  ['0.169', 'agents-169'],
  ['0.169', 'review-169']
]

/** Runs the script over a home and over the streams it was copied to. */
const compare = async (
  name: string,
  era: ProfileName,
  wire: Wire,
  callBytesMax?: number
): Promise<void> => {
  const profile = eraOf(era, false)
  const home = copyHome(name)
  await storeHome(wire, home, callBytesMax)
  const atMs = Date.now()
  const files = fileEngine(home, profile, atMs)
  const stored = storedEngine(wire, home, profile, atMs)
  try {
    const before = beforeOf(home, join(FIXTURES, 'homes', name, 'home-mtimes.json'))
    const isNow = (ms: number): boolean => ms > before.untilMs
    const { data } = await right(files.listThreads({ limit: 100 }))
    const ids = data.map(({ id }) => id)
    const runs = [files, stored].map(() => createRun(before, [home], isNow))
    const here = lives(files, ids)
    const there = lives(stored, ids)
    for (let step = 0; ; step++) {
      const mine = await here.next()
      const theirs = await there.next()
      expect(theirs.done).to.equal(mine.done)
      if (mine.done === true || theirs.done === true) break
      const [expected, told] = [mine, theirs].map(({ value }, i) =>
        withoutClock(runs[i]?.normal(value), isNow)
      )
      const where = differences(told, expected).slice(0, 5).join(' ')
      expect(told, `step ${step} ${mine.value[0]} ${where}`).to.deep.equal(expected)
    }
  } finally {
    await Promise.all([files.close(), stored.close()])
    removeFolder(home)
  }
}

describe('threads of a store live as those of a home', () => {
  for (const [era, name] of HOMES)
    it(`${name}: every step is answered alike, and shows alike`, () =>
      compare(name, era, memoryWire()))

  it('also over the wire of a server that takes little in a call', async () => {
    const server = await startEventStore({ maxAppendSizeBytes: 8 * 1024 })
    const wire = await connectWire(server.url)
    if (E.isLeft(wire)) throw new Error(wire.left._tag)
    try {
      await compare('basic-142', '0.142', wire.right, 7 * 1024)
    } finally {
      await wire.right.dispose()
      await server.stop()
    }
  })
})
