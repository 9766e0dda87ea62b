// A verification finds every byte by which a store and a home differ, and what a store itself does not hold any more.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryIndex } from '../../../../../adapters/index/memory/index.ts'
import { directoryOf } from '../../../../../adapters/log/eventstore/directory/directory.ts'
import { LOST_REASONS } from '../../../../../adapters/log/eventstore/directory/lost.ts'
import { homeFiles } from '../../../../../adapters/log/eventstore/sync/home.ts'
import {
  verify,
  type VerifiedThread,
  type VerifyOptions
} from '../../../../../adapters/log/eventstore/sync/verify.ts'
import type { Wire } from '../../../../../adapters/log/eventstore/wire.ts'
import { copyHome, homeNames, removeFolder } from '../../../../support/fixture-home.ts'
import { memoryWire, type MemoryWire } from '../../../../support/memory-wire.ts'
import { emptyHome, linesOf, rolloutPath, writeRollout } from '../../../../support/rollouts.ts'
import { pushed } from '../../../../support/syncing.ts'

const THREAD = '0196b000-0000-7000-8000-000000000001'
const OTHER = '0196b000-0000-7000-8000-000000000002'
const PATH = `sessions/2026/05/01/rollout-2026-05-01T10-00-00-${THREAD}.jsonl`
const line = (text: string): string =>
  JSON.stringify({ type: 'event_msg', payload: { type: 'agent_message', message: text } })
const TEXT = linesOf([
  JSON.stringify({ type: 'session_meta', payload: { id: THREAD } }),
  line('a'),
  line('b')
])

const verified = async (
  wire: Wire,
  threads: ReadonlyArray<string>,
  home: string | null,
  lost?: VerifyOptions['lost']
): Promise<ReadonlyArray<VerifiedThread>> => {
  const found: Array<VerifiedThread> = []
  const files =
    home === null
      ? null
      : new Map(
          homeFiles(home)
            .threads()
            .map((one) => [one.thread, one.files] as const)
        )
  const done = await verify({
    ...{ wire, threads, files, signal: new AbortController().signal, onProgress: () => undefined },
    ...(lost === undefined ? {} : { lost }),
    onThread: async (one) => void found.push(one)
  })
  if (E.isLeft(done)) throw new Error(JSON.stringify(done.left))
  return found
}

const pushedHome = async (
  use: (home: string, wire: MemoryWire) => Promise<void>
): Promise<void> => {
  const home = emptyHome()
  const wire = memoryWire()
  try {
    writeRollout(rolloutPath(home, THREAD), TEXT)
    await pushed(home, wire)
    await use(home, wire)
  } finally {
    removeFolder(home)
  }
}

const short = (found: ReadonlyArray<VerifiedThread>): unknown =>
  found.map(({ verdict, segments }) => [
    verdict,
    ...segments.map(({ verdict: of, atByte }) => [of, atByte])
  ])

describe('verify: a store and a home', () => {
  for (const name of homeNames())
    it(`finds everything of ${name} equal after a push, with the hashes of its files`, async () => {
      const home = copyHome(name)
      try {
        const wire = memoryWire()
        await pushed(home, wire)
        const threads = wire
          .streamNames()
          .flatMap((stream) =>
            stream.startsWith('thread-') ? [stream.slice('thread-'.length)] : []
          )
        const found = await verified(wire, threads, home)
        expect(found.map(({ verdict }) => verdict)).to.deep.equal(threads.map(() => 'equal'))
        for (const { path, sha256 } of found.flatMap(({ segments }) => segments))
          expect(sha256).to.equal(
            createHash('sha256')
              .update(readFileSync(join(home, path)))
              .digest('hex')
          )
      } finally {
        removeFolder(home)
      }
    })

  it('names the byte at which a file has other bytes, fewer or more', () =>
    pushedHome(async (home, wire) => {
      const outcomes: Array<unknown> = []
      const path = join(home, PATH)
      for (const change of [
        () => writeFileSync(path, TEXT.replace('"a"', '"x"')),
        () => truncateSync(path, 20),
        () => appendFileSync(path, 'more'),
        () => rmSync(path)
      ]) {
        writeFileSync(path, TEXT)
        change()
        outcomes.push(short(await verified(wire, [THREAD], home)))
      }
      expect(outcomes).to.deep.equal([
        [['diverged', ['diverged', TEXT.indexOf('"a"') + 1]]],
        [['store_ahead', ['store_ahead', 20]]],
        [['home_ahead', ['home_ahead', TEXT.length]]],
        [['only_in_store', ['only_in_store', null]]]
      ])
    }))

  it('finds a thread that only the home has, and looks at the store by itself', () =>
    pushedHome(async (home, wire) => {
      writeRollout(rolloutPath(home, OTHER, 1), TEXT.replaceAll(THREAD, OTHER))
      const both = await verified(wire, [THREAD, OTHER], home)
      expect(short(both.toSorted((a, b) => (a.thread < b.thread ? -1 : 1)))).to.deep.equal([
        ['equal', ['equal', null]],
        ['only_in_home', ['only_in_home', null]]
      ])
      expect(short(await verified(wire, [THREAD], null))).to.deep.equal([
        ['sound', ['sound', null]]
      ])
    }))

  it('tells a thread that was lost in the store from one that nobody has', () =>
    pushedHome(async (home, wire) => {
      await wire.tombstone(`thread-${THREAD}`)
      const directory = directoryOf(wire, memoryIndex())
      const lost = async () => E.map(() => directory.lost())(await directory.refresh('all'))
      const path = `thread-${OTHER}`
      const found = [home, null].map((at) => verified(wire, [THREAD, OTHER], at, lost))
      const nowhere = ['unknown', ['unknown', path, null]]
      const gone = ['lost', ['lost', PATH, LOST_REASONS.ended]]
      expect(
        (await Promise.all(found)).map((threads) =>
          threads.map(({ verdict, segments }) => [
            verdict,
            ...segments.map((one) => [one.verdict, one.path, one.reason])
          ])
        )
      ).to.deep.equal([
        [gone, nowhere],
        [gone, nowhere]
      ])
    }))

  it('finds a line that the server does not hold as it was written, or not at all', () =>
    pushedHome(async (home, wire) => {
      const with_ = (change: (revision: number, text: string) => unknown): Wire => ({
        ...wire,
        read: async function* (stream, from, limit) {
          for await (const event of wire.read(stream, from, limit)) {
            const json = change(event.revision, JSON.stringify(event.data.json))
            if (json !== null)
              yield { ...event, data: { json: JSON.parse(json as string) as never } }
          }
        }
      })
      const at = (text: string): number => TEXT.indexOf(text)
      const flipped = with_((revision, text) =>
        revision === 2 ? text.replace('"a"', '"x"') : text
      )
      const lost = with_((revision, text) => (revision === 2 ? null : text))
      const cut = with_((revision, text) => (revision === 3 ? null : text))
      const found = [flipped, lost, cut].map((broken) => verified(broken, [THREAD], home))
      expect((await Promise.all(found)).map(short)).to.deep.equal([
        [['damaged', ['damaged', at(line('a'))]]],
        [['damaged', ['damaged', at(line('a'))]]],
        [['damaged', ['damaged', at(line('b'))]]]
      ])
    }))
})
