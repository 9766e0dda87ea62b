// A mirror brings what happens in a home to a store while it happens. Tests wait for what the store holds, never for a time.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  mirror,
  type MirrorNews,
  type MirrorSummary
} from '../../../../../adapters/log/eventstore/sync/mirror.ts'
import type { Wire } from '../../../../../adapters/log/eventstore/wire.ts'
import { removeFolder } from '../../../../support/fixture-home.ts'
import { memoryWire, type MemoryWire } from '../../../../support/memory-wire.ts'
import { emptyHome, linesOf, rolloutPath, writeRollout } from '../../../../support/rollouts.ts'
import { homeBytes, pushed, seenIn, storedFiles } from '../../../../support/syncing.ts'

const THREAD = '0196b000-0000-7000-8000-000000000001'
const OTHER = '0196b000-0000-7000-8000-000000000002'
const line = (text: string): string =>
  JSON.stringify({ type: 'event_msg', payload: { type: 'agent_message', message: text } })
const meta = (id: string): string => JSON.stringify({ type: 'session_meta', payload: { id } })
const PACE = { gatherMs: 1, pollMs: 50, quietMs: 100, pauseMsMin: 1, pauseMsMax: 10 }

/** A mirror that runs; `until` waits for something to be so, and is asked whenever the mirror looked. */
interface Running {
  readonly news: ReadonlyArray<MirrorNews>
  readonly until: (isSo: () => boolean | Promise<boolean>) => Promise<void>
  readonly stop: () => Promise<MirrorSummary>
}

const started = (home: string, wire: Wire): Running => {
  const controller = new AbortController()
  const news: Array<MirrorNews> = []
  const done = mirror({
    home,
    wire,
    signal: controller.signal,
    pace: PACE,
    onNews: (one) => void news.push(one)
  })
  return {
    news,
    until: async (isSo) => {
      while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    stop: async () => {
      controller.abort()
      const summary = await done
      if (E.isLeft(summary)) throw new Error(JSON.stringify(summary.left))
      return summary.right
    }
  }
}

const withHome = async (use: (home: string, wire: MemoryWire) => Promise<void>): Promise<void> => {
  const home = emptyHome()
  writeRollout(rolloutPath(home, THREAD), linesOf([meta(THREAD)]))
  try {
    await use(home, memoryWire())
  } finally {
    removeFolder(home)
  }
}

const isSame = (home: string, wire: MemoryWire) => async (): Promise<boolean> => {
  const [there, here] = [await storedFiles(wire), homeBytes(home)]
  return JSON.stringify([...there].sort()) === JSON.stringify([...here].sort())
}

describe('mirror: a home that is being written', () => {
  it('brings lines, new threads in new folders, names, archived files and at last the torn tail', () =>
    withHome(async (home, wire) => {
      const { until, stop, news } = started(home, wire)
      const path = rolloutPath(home, THREAD)
      await until(isSame(home, wire))
      appendFileSync(path, `${line('a')}\n`)
      await until(isSame(home, wire))
      const other = rolloutPath(home, OTHER).replace('/01/', '/02/')
      writeRollout(other, linesOf([meta(OTHER)]))
      await until(isSame(home, wire))
      appendFileSync(other, `${line('b')}\n{"torn`)
      await until(isSame(home, wire))
      mkdirSync(join(home, 'archived_sessions'))
      renameSync(other, join(home, 'archived_sessions', other.slice(other.lastIndexOf('/') + 1)))
      await until(isSame(home, wire))
      writeFileSync(
        join(home, 'session_index.jsonl'),
        `${JSON.stringify({ id: THREAD, thread_name: 'n', updated_at: '2026-05-02T10:00:00Z' })}\n`
      )
      await until(() =>
        wire.eventsOf(`thread-${THREAD}`).some(({ type }) => type === 'unroll-named')
      )
      const { lines, names, problems } = await stop()
      expect([lines, names, problems]).to.deep.equal([4, 1, []])
      expect(news.filter(({ kind }) => kind === 'caught_up').length).to.equal(1)
      expect((await pushed(home, wire)).changedThreads).to.equal(0)
    }))

  it('waits while the server is away, and goes on with what was written meanwhile', () =>
    withHome(async (home, wire) => {
      let isAway = false
      const away = E.left({ _tag: 'StoreUnavailable', where: 'memory', reason: 'away' } as const)
      const { until, stop, news } = started(home, {
        ...wire,
        append: async (...call) => (isAway ? away : wire.append(...call))
      })
      await until(isSame(home, wire))
      isAway = true
      appendFileSync(rolloutPath(home, THREAD), linesOf([line('a'), line('b')]))
      await until(() => news.some(({ kind }) => kind === 'waiting'))
      isAway = false
      await until(isSame(home, wire))
      await until(() => news.some(({ kind }) => kind === 'back'))
      expect((await stop()).lines).to.equal(3)
    }))

  it('tells once of a file that was rewritten, and goes on with the others', () =>
    withHome(async (home, wire) => {
      const { until, stop, news } = started(home, wire)
      await until(isSame(home, wire))
      writeFileSync(rolloutPath(home, THREAD), linesOf([meta(OTHER), line('x')]))
      const problems = () =>
        news.flatMap((one) => (one.kind === 'problem' ? [one.problem.kind] : []))
      await until(() => problems().length > 0)
      writeRollout(rolloutPath(home, OTHER, 1), linesOf([meta(OTHER)]))
      await until(() => wire.streamNames().includes(`thread-${OTHER}`))
      const summary = await stop()
      expect(problems()).to.deep.equal(['diverged'])
      expect(summary.problems.map(({ kind }) => kind)).to.deep.equal(['diverged'])
    }))

  it('writes every line once when two mirrors follow one home', () =>
    withHome(async (home, wire) => {
      const two = [started(home, wire), started(home, wire)] as const
      for (let n = 0; n < 20; n++) {
        appendFileSync(rolloutPath(home, THREAD), `${line(`line ${n}`)}\n`)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await two[0].until(isSame(home, wire))
      await Promise.all(two.map(({ stop }) => stop()))
      const one = memoryWire()
      await pushed(home, one)
      const bytes = (seen: unknown) =>
        JSON.stringify(
          (seen as ReadonlyArray<ReadonlyArray<ReadonlyArray<unknown>>>).map((stream) =>
            stream.filter(([type]) => type !== 'unroll-placed')
          )
        )
      expect(bytes(seenIn(wire))).to.equal(bytes(seenIn(one)))
    }))
})
