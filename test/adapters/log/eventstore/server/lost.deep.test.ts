// Threads that somebody took away at the server, for whoever copies between a home and a store; on the stand-in or on the real server
// that EVENTSTORE_URL names. The goal: a loss is told with the thread, nothing is written behind it, and what is lifted is as before.
import { EventStoreDBClient } from '@eventstore/db-client'
import { expect } from 'chai'
import { appendFileSync } from 'node:fs'
import { v7 } from 'uuid'
import { memoryIndex } from '../../../../../adapters/index/memory/index.ts'
import { connectWire } from '../../../../../adapters/log/eventstore/connection/connect.ts'
import { directoryOf } from '../../../../../adapters/log/eventstore/directory/directory.ts'
import { LOST_REASONS } from '../../../../../adapters/log/eventstore/directory/lost.ts'
import { threadStream } from '../../../../../adapters/log/eventstore/stream/names.ts'
import { homeFiles } from '../../../../../adapters/log/eventstore/sync/home.ts'
import { pull } from '../../../../../adapters/log/eventstore/sync/pull.ts'
import { verify, type VerifiedThread } from '../../../../../adapters/log/eventstore/sync/verify.ts'
import type { Wire } from '../../../../../adapters/log/eventstore/wire.ts'
import { right as asked } from '../../../../support/engines.ts'
import { removeFolder, temporaryFolder } from '../../../../support/fixture-home.ts'
import {
  emptyHome,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../../../support/rollouts.ts'
import { eventsHeld } from '../../../../support/store-trials/real-log.ts'
import {
  SERVER_NAME,
  storeUnderTest,
  type ServerUnderTest
} from '../../../../support/store-under-test.ts'
import { homeBytes, pushed } from '../../../../support/syncing.ts'
import { right } from '../../../../support/wires.ts'

interface Cut {
  readonly cut: (client: EventStoreDBClient, stream: string) => Promise<unknown>
  readonly reason: string
  /** What a push says of it. */
  readonly pushedAs: 'lost' | 'deleted'
}

const CUTS: Readonly<Record<string, Cut>> = {
  'a tombstone': {
    cut: (client, stream) => client.tombstoneStream(stream),
    reason: LOST_REASONS.ended,
    pushedAs: 'deleted'
  },
  'a soft delete': {
    cut: (client, stream) => client.deleteStream(stream),
    reason: LOST_REASONS.deleted,
    pushedAs: 'lost'
  },
  'a place up to which it is truncated': {
    cut: (client, stream) => client.setStreamMetadata(stream, { truncateBefore: 3 }),
    reason: LOST_REASONS.cut,
    pushedAs: 'lost'
  },
  'a count of events': {
    cut: (client, stream) => client.setStreamMetadata(stream, { maxCount: 2 }),
    reason: LOST_REASONS.cut,
    pushedAs: 'lost'
  }
}

describe(`threads that were lost at the server, on ${SERVER_NAME}`, function () {
  this.timeout(900_000)
  let server: ServerUnderTest
  let client: EventStoreDBClient
  let wire: Wire
  before(async () => {
    server = await storeUnderTest()
    client = EventStoreDBClient.connectionString(server.url)
    wire = right(await connectWire(server.url))
  })
  after(async () => {
    await wire.dispose()
    await client.dispose()
    await server.stop()
  })

  const pushedHome = async (use: (home: string, lost: string, whole: string) => Promise<void>) => {
    const home = emptyHome()
    const [lost, whole] = [v7(), v7()]
    try {
      for (const id of [lost, whole])
        writeRollout(
          rolloutPath(home, id),
          linesOf([metaLine(id), ...['one', 'two', 'three'].map(userLine)])
        )
      await pushed(home, wire)
      await use(home, lost, whole)
    } finally {
      removeFolder(home)
    }
  }

  const verified = async (
    threads: ReadonlyArray<string>,
    home: string | null,
    directory = directoryOf(wire, memoryIndex())
  ): Promise<ReadonlyArray<VerifiedThread>> => {
    const found: Array<VerifiedThread> = []
    const all = home === null ? [] : homeFiles(home).threads()
    await asked(() =>
      verify({
        ...{ wire, threads, signal: new AbortController().signal, onProgress: () => undefined },
        files: home === null ? null : new Map(all.map(({ thread, files }) => [thread, files])),
        lost: async () => {
          right(await directory.refresh('all'))
          return { _tag: 'Right', right: directory.lost() }
        },
        onThread: async (one) => void found.push(one)
      })
    )
    return found.toSorted((a, b) => threads.indexOf(a.thread) - threads.indexOf(b.thread))
  }

  const verdicts = (found: ReadonlyArray<VerifiedThread>): unknown =>
    found.map(({ verdict, segments }) => [
      verdict,
      ...segments.map((one) => [one.verdict, one.path, one.reason])
    ])

  const pulledTo = async (home: string, threads: ReadonlyArray<string>) => {
    const { signal } = new AbortController()
    const meant = { threads, isAll: false, signal, onProgress: () => undefined }
    return asked(() => pull({ home, wire, ...meant }))
  }

  for (const [what, { cut, reason, pushedAs }] of Object.entries(CUTS))
    it(`names a thread behind ${what}, and pushes nothing to it`, () =>
      pushedHome(async (home, lost, whole) => {
        await cut(client, threadStream(lost))
        const pathOf = (id: string): string => rolloutPath('', id)
        const told = ['lost', pathOf(lost), reason]
        expect(verdicts(await verified([lost, whole], home))).to.deep.equal([
          ['lost', told],
          ['equal', ['equal', pathOf(whole), null]]
        ])
        expect(verdicts(await verified([lost], null))).to.deep.equal([['lost', told]])
        appendFileSync(rolloutPath(home, lost), linesOf([userLine('four')]))
        const { problems, changedThreads } = await pushed(home, wire)
        expect([changedThreads, problems.map(({ thread, kind }) => [thread, kind])]).to.deep.equal([
          0,
          [[lost, pushedAs]]
        ])
      }))

  for (const [what, { cut, pushedAs }] of Object.entries(CUTS).filter(
    ([, { reason }]) => reason !== LOST_REASONS.ended
  ))
    it(`has everything again when ${what} is lifted`, () =>
      pushedHome(async (home, lost, whole) => {
        await cut(client, threadStream(lost))
        const target = temporaryFolder()
        try {
          const { problems, createdFiles } = await pulledTo(target, [lost, whole])
          expect([createdFiles, problems.map(({ kind }) => kind)]).to.deep.equal([1, [pushedAs]])
          appendFileSync(rolloutPath(home, lost), linesOf([userLine('four')]))
          expect((await pushed(home, wire)).changedThreads).to.equal(0)
          // The first time a server hides what was there before a soft delete.
          for (let times = 0; times < 2; times++)
            await client.setStreamMetadata(threadStream(lost), {})
          const more = await pushed(home, wire)
          expect([more.lines, more.problems]).to.deep.equal([1, []])
          expect((await pulledTo(target, [lost])).problems).to.deep.equal([])
          expect(homeBytes(target)).to.deep.equal(homeBytes(home))
          const found = await verified([lost, whole], home)
          expect(found.map(({ verdict }) => verdict)).to.deep.equal(['equal', 'equal'])
        } finally {
          removeFolder(target)
        }
      }))

  it('refuses a new thread whose stream got a limit before it', async () => {
    const home = emptyHome()
    const id = v7()
    try {
      writeRollout(rolloutPath(home, id), linesOf([metaLine(id), userLine('one')]))
      await client.setStreamMetadata(threadStream(id), { maxCount: 1 })
      const { problems } = await pushed(home, wire)
      expect(problems.map(({ kind, message }) => [kind, message])).to.deep.equal([
        ['lost', LOST_REASONS.cut]
      ])
      expect(await eventsHeld(server.url, [threadStream(id)])).to.deep.equal([])
    } finally {
      removeFolder(home)
    }
  })

  it('names a thread of which a limit drops the first lines later', () =>
    pushedHome(async (home, lost, whole) => {
      await client.setStreamMetadata(threadStream(lost), { maxCount: 5 })
      const directory = directoryOf(wire, memoryIndex())
      const states: Array<unknown> = []
      for (const text of ['', 'four', 'five']) {
        if (text !== '') appendFileSync(rolloutPath(home, lost), linesOf([userLine(text)]))
        const { problems } = await pushed(home, wire)
        const found = await verified([lost, whole], home, directory)
        states.push([problems.map(({ kind }) => kind), ...found.map(({ verdict }) => verdict)])
      }
      expect(states).to.deep.equal([
        [[], 'equal', 'equal'],
        [['lost'], 'lost', 'equal'],
        [['lost'], 'lost', 'equal']
      ])
    }))
})
