// Time travel on recorded homes. The goal: what is answered at a point is what would have been answered, had writing ended
// there. The method: every question asked at the point, and asked again of the same home with its files cut by hand.
import { expect } from 'chai'
import fc from 'fast-check'
import { rmSync, truncateSync, utimesSync } from 'node:fs'
import { openEngine, START, type EngineOptions } from '../../adapters/library.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Engine } from '../../replay/engine.ts'
import { isDamaged } from '../../replay/ports.ts'
import { cutAtTime, rolloutsOf, timeIn, type RolloutFile } from '../support/cut-home.ts'
import { answersAbout, differences, everyAnswer, type Answered } from '../support/engine-answers.ts'
import { right, openedEngine } from '../support/engines.ts'
import { startEventStore } from '../support/eventstore-server/server.ts'
import { copyHome, homeNames, removeFolder } from '../support/fixture-home.ts'
import { connected } from '../support/store-lines.ts'
import { storeHome } from '../support/stored-home.ts'

type Answers = ReadonlyArray<Answered>

const asked = async (
  options: EngineOptions,
  ask: (engine: Engine) => Promise<Answers>
): Promise<Answers> => {
  const engine = await openedEngine({ index: 'memory', ...options })
  try {
    return await ask(engine)
  } finally {
    await engine.close()
  }
}

/** A lineage says where its newest file was cut, which a file that ends there does not. */
const withoutEnds = (answers: Answers): Answers =>
  answers.map(([question, answer]) => [
    question,
    question.startsWith('lineage') && Array.isArray(answer)
      ? answer.map((one: object, i) => (i === answer.length - 1 ? { ...one, until: null } : one))
      : answer
  ])

const expectSame = (cut: Answers, past: Answers, where: string): void => {
  expect(differences(cut, withoutEnds(past)), where).to.deep.equal([])
}

/** Homes of every era, one of each kind, in turns. */
const some = (every: number, from: number): ReadonlyArray<string> =>
  homeNames().filter((_, at) => at % every === from)

const EVERY = process.env['UNROLL_EVERY_VIEW'] === '1'
const PROFILES = ['0.130', '0.142', '0.169'] as const

const pick = (seed: number, n: number): number =>
  fc.sample(fc.nat(n - 1), { seed, numRuns: 1 })[0] ?? 0

describe('a home at a time', () => {
  for (const [at, name] of (EVERY ? homeNames() : some(6, 3)).entries())
    it(`answers as the home whose files end at that time: ${name}`, async () => {
      const home = copyHome(name)
      try {
        const times = rolloutsOf(home).flatMap(({ lines }) => lines.map(timeIn))
        const known = times.filter((time) => time !== null)
        const timeMs = known[pick(at + 1, known.length)] ?? 0
        const profile = PROFILES[at % 4] ?? '0.169'
        const past = await asked({ home, profile, at: { timeMs } }, everyAnswer)
        cutAtTime(home, timeMs)
        const cut = await asked({ home, profile }, everyAnswer)
        expectSame(cut, past, new Date(timeMs).toISOString())
      } finally {
        removeFolder(home)
      }
    })
})

/** Cuts a file at a byte, with the time of its last line. */
const cutBytes = (file: RolloutFile, bytes: number): void => {
  truncateSync(file.path, bytes)
  let at = 0
  const kept = file.lines.filter((line) => (at += line.length) <= bytes)
  const ms = kept.map(timeIn).findLast((time) => time !== null) ?? 0
  utimesSync(file.path, (ms + 0.3) / 1000, (ms + 0.3) / 1000)
}

/** Cuts a thread before an event, by hand: false where the event is one of another thread's. */
const cutBefore = async (home: string, threadId: string, revision: number): Promise<boolean> => {
  const files = rolloutsOf(home)
  const mine = files.filter((file) => file.threadId === threadId)
  const engine = await openedEngine({ home, index: 'memory' })
  try {
    const lineage = await right(engine.lineage(threadId))
    for await (const { lines } of await right(engine.events(threadId, START)))
      for (const line of lines) {
        if (line.revision !== revision) continue
        const isFirst = line.offset === 0
        const at = lineage[isFirst ? line.segment - 1 : line.segment]
        const file = mine.find(({ path }) => path === at?.path)
        if (at === undefined || file === undefined) return false
        cutBytes(file, isFirst ? (at.until ?? 0) : line.offset)
        for (const newer of mine.slice(mine.indexOf(file) + 1)) rmSync(newer.path)
        return true
      }
    return true
  } finally {
    await engine.close()
  }
}

const eventsOf = async (engine: Engine, threadId: string): Promise<number> => {
  let events = 0
  for await (const { next } of await right(engine.events(threadId, START))) events = next.revision
  return events
}

/** How many events each thread of a home holds. */
const lengthsOf = async (home: string): Promise<ReadonlyArray<readonly [string, number]>> => {
  const engine = await openedEngine({ home, index: 'memory' })
  try {
    const ids = [...new Set(rolloutsOf(home).map(({ threadId }) => threadId))]
    return await Promise.all(ids.map(async (id) => [id, await eventsOf(engine, id)] as const))
  } finally {
    await engine.close()
  }
}

describe('a thread before one of its events', () => {
  for (const [at, name] of (EVERY ? homeNames() : some(6, 2)).entries())
    it(`answers as the thread whose files end there: ${name}`, async () => {
      const home = copyHome(name)
      const lengths = await lengthsOf(home)
      removeFolder(home)
      for (let round = 0; round < (EVERY ? 6 : 2); round++) {
        const copy = copyHome(name)
        try {
          const [threadId, events] = lengths[pick(at * 7 + round, lengths.length)] ?? ['', 0]
          const revision = 1 + pick(at * 11 + round, events)
          const ask = (engine: Engine) => answersAbout(engine, [threadId])
          const point = { threadId, revision }
          const past = await asked({ home: copy, at: point }, ask)
          if (!(await cutBefore(copy, threadId, revision))) {
            const [first] = past
            expect(JSON.stringify(first?.[1])).to.contain('those of another thread')
            continue
          }
          expectSame(await asked({ home: copy }, ask), past, `${threadId} ${revision}`)
        } finally {
          removeFolder(copy)
        }
      }
    })

  it('is the thread itself at its end, and not there before its first event', async () => {
    const home = copyHome('basic-169')
    try {
      for (const [threadId, events] of await lengthsOf(home)) {
        const ask = (engine: Engine) => answersAbout(engine, [threadId])
        const end = await asked({ home, at: { threadId, revision: events } }, ask)
        expect(differences(await asked({ home }, ask), end)).to.deep.equal([])
        expect(await openEngine({ home, at: { threadId, revision: 0 } })).to.deep.equal({
          _tag: 'Left',
          left: { _tag: 'StreamNotFound', streamId: threadId }
        })
      }
    } finally {
      removeFolder(home)
    }
  })
})

describe('a thread at the end of a turn', () => {
  for (const name of ['fork-rollback-142', 'fork-rollback-169', 'compaction-130'])
    it(`ends with that turn, also one that was rolled back later: ${name}`, async () => {
      const home = copyHome(name)
      try {
        const begun = rolloutsOf(home).flatMap(({ threadId, lines }) =>
          lines.flatMap((line) => {
            const { payload } = JSON.parse(line) as { readonly payload: JsonObject }
            const { type, turn_id: turnId } = payload
            return type === 'task_started' && typeof turnId === 'string'
              ? [{ threadId, turnId }]
              : []
          })
        )
        const turns = begun.filter(
          ({ turnId }, i) => begun.findIndex((one) => one.turnId === turnId) === i
        )
        expect(turns).to.have.length.greaterThan(2)
        for (const { threadId, turnId } of turns) {
          const engine = await openedEngine({ home, at: { threadId, turn: turnId } })
          const page = await right(engine.listTurns(threadId, { limit: 1, itemsView: 'notLoaded' }))
          expect(page.data[0]?.id).to.equal(turnId)
          let last = ''
          for await (const { lines } of await right(engine.events(threadId, START)))
            for (const line of lines) if (!isDamaged(line)) last = JSON.stringify(line.line)
          expect(last).to.contain(turnId)
          await engine.close()
        }
      } finally {
        removeFolder(home)
      }
    })
})

describe('a store at a time', () => {
  it('answers as its files do at that time', async () => {
    const home = copyHome('fork-rollback-169')
    const server = await startEventStore()
    try {
      const wire = await connected(server.url)
      await storeHome(wire, home)
      await wire.dispose()
      const times = rolloutsOf(home).flatMap(({ lines }) => lines.map(timeIn))
      const known = times.filter((time) => time !== null)
      for (const seed of [1, 2, 3, 4]) {
        const at = { timeMs: known[pick(seed, known.length)] ?? 0 }
        const files = await asked({ home, at }, everyAnswer)
        const streams = await asked({ home, at, store: server.url }, everyAnswer)
        expect(differences(files, streams), String(at.timeMs)).to.deep.equal([])
      }
    } finally {
      await server.stop()
      removeFolder(home)
    }
  })
})
