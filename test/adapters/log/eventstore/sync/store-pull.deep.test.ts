// A pull writes what a store holds as files: those that were pushed come back byte for byte, with their times and
// names; nothing that is there is ever changed but by bytes behind its end, and no path leads out of the home.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { memoryIndex } from '../../../../../adapters/index/memory/index.ts'
import { directoryOf } from '../../../../../adapters/log/eventstore/directory/directory.ts'
import { LOST_REASONS } from '../../../../../adapters/log/eventstore/directory/lost.ts'
import { plan } from '../../../../../adapters/log/eventstore/stream/plan.ts'
import { EMPTY } from '../../../../../adapters/log/eventstore/stream/directory.ts'
import { threadStream } from '../../../../../adapters/log/eventstore/stream/names.ts'
import { tryLock } from '../../../../../adapters/log/jsonl/writer-lock.ts'
import { streamId } from '../../../../../domain/ids.ts'
import {
  copyHome,
  homeNames,
  removeFolder,
  temporaryFolder
} from '../../../../support/fixture-home.ts'
import { memoryWire, type MemoryWire } from '../../../../support/memory-wire.ts'
import { emptyHome, linesOf, rolloutPath, writeRollout } from '../../../../support/rollouts.ts'
import { homeBytes, pulled, pushed } from '../../../../support/syncing.ts'

const THREAD = '0196b000-0000-7000-8000-000000000001'
const PATH = `sessions/2026/05/01/rollout-2026-05-01T10-00-00-${THREAD}.jsonl`

const line = (text: string): string =>
  JSON.stringify({ type: 'event_msg', payload: { type: 'agent_message', message: text } })
const meta = (id: string): string => JSON.stringify({ type: 'session_meta', payload: { id } })
const TEXT = linesOf([meta(THREAD), line('a'), line('b')])

const homeWith = (text: string): string => {
  const home = emptyHome()
  writeRollout(rolloutPath(home, THREAD), text)
  return home
}

/** Runs with a pushed home and an empty folder. */
const between = async (
  home: string,
  use: (home: string, target: string, wire: MemoryWire) => Promise<void>
): Promise<void> => {
  const target = temporaryFolder()
  const wire = memoryWire()
  try {
    await pushed(home, wire)
    await use(home, target, wire)
  } finally {
    removeFolder(home)
    removeFolder(target)
  }
}

const timesIn = (home: string): ReadonlyArray<readonly [string, number]> =>
  [...homeBytes(home).keys()].map((path) => [path, Math.round(statSync(join(home, path)).mtimeMs)])

const namesIn = (home: string): string => {
  const path = join(home, 'session_index.jsonl')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

describe('pull: a store in a home', () => {
  for (const name of homeNames())
    it(`brings ${name} back byte for byte, with times and names, and finds nothing to do again`, () =>
      between(copyHome(name), async (home, target, wire) => {
        const { problems } = await pulled(target, wire)
        expect(problems).to.deep.equal([])
        expect(homeBytes(target)).to.deep.equal(homeBytes(home))
        expect(timesIn(target)).to.deep.equal(timesIn(home))
        expect(namesIn(target)).to.equal(namesIn(home))
        expect(readdirSync(join(target, '.unroll'))).to.deep.equal(['locks'])
        const again = await pulled(target, wire)
        expect([again.createdFiles, again.appendedFiles, again.bytes, again.names]).to.deep.equal([
          0, 0, 0, 0
        ])
        expect(again.equalFiles).to.equal(homeBytes(home).size)
        expect((await pushed(target, wire)).changedThreads).to.equal(0)
      }))

  it('names a thread whose stream somebody deleted at the server, and brings the others', () =>
    between(homeWith(TEXT), async (home, target, wire) => {
      const other = '0196b000-0000-7000-8000-000000000002'
      writeRollout(rolloutPath(home, other), linesOf([meta(other), line('c')]))
      await pushed(home, wire)
      await wire.tombstone(threadStream(THREAD))
      const directory = directoryOf(wire, memoryIndex())
      const lost = async () => E.map(() => directory.lost())(await directory.refresh('all'))
      const { createdFiles, problems } = await pulled(target, wire, {
        threads: [THREAD, other],
        lost
      })
      expect([createdFiles, problems]).to.deep.equal([
        1,
        [
          {
            ...{ thread: THREAD, segment: null, path: PATH, kind: 'lost', atByte: null },
            message: LOST_REASONS.ended,
            next: 'lift that at the server; see "Streams that somebody else cuts" in docs/EVENTSTORE.md'
          }
        ]
      ])
    }))

  it('puts the rest behind a file that is the beginning of what the store holds', () =>
    between(homeWith(TEXT), async (home, target, wire) => {
      for (const bytes of [linesOf([meta(THREAD)]).length, TEXT.length - 5, 0]) {
        await pulled(target, wire)
        truncateSync(join(target, PATH), bytes)
        const { appendedFiles, bytes: rest, problems } = await pulled(target, wire)
        expect([appendedFiles, rest, problems]).to.deep.equal([1, TEXT.length - bytes, []])
        expect(homeBytes(target)).to.deep.equal(homeBytes(home))
      }
    }))

  it('brings the rest of what is appended and renamed later', () =>
    between(homeWith(TEXT), async (home, target, wire) => {
      await pulled(target, wire)
      appendFileSync(join(home, PATH), `${line('c')}\n{"torn`)
      writeFileSync(
        join(home, 'session_index.jsonl'),
        `${JSON.stringify({ id: THREAD, thread_name: 'x', updated_at: '2026-05-02T10:00:00.000000000Z' })}\n`
      )
      await pushed(home, wire)
      const { appendedFiles, names } = await pulled(target, wire)
      expect([appendedFiles, names]).to.deep.equal([1, 1])
      expect(homeBytes(target)).to.deep.equal(homeBytes(home))
      expect(namesIn(target)).to.equal(namesIn(home))
    }))

  it('leaves a file alone that holds other bytes, or more, and says so', () =>
    between(homeWith(TEXT), async (_, target, wire) => {
      await pulled(target, wire)
      const other = TEXT.replace('"b"', '"x"')
      const outcomes: Array<unknown> = []
      for (const text of [other, `${TEXT}${line('more')}\n`]) {
        writeFileSync(join(target, PATH), text)
        const { problems } = await pulled(target, wire)
        expect(readFileSync(join(target, PATH), 'utf8')).to.equal(text)
        outcomes.push(problems.map(({ kind, atByte }) => [kind, atByte]))
      }
      expect(outcomes).to.deep.equal([
        [['diverged', TEXT.indexOf('"b"') + 1]],
        [['home_ahead', TEXT.length]]
      ])
    }))

  it('does not touch a thread that a Codex or another process has open', () =>
    between(homeWith(TEXT), async (_, target, wire) => {
      await pulled(target, wire)
      truncateSync(join(target, PATH), 10)
      const lock = tryLock(target, streamId(THREAD))
      const locked = await pulled(target, wire)
      lock?.release()
      expect(locked.problems.map(({ kind }) => kind)).to.deep.equal(['busy'])
      expect(statSync(join(target, PATH)).size).to.equal(10)
    }))

  it('does not bring what was deleted in the store', () =>
    between(homeWith(TEXT), async (_, target, wire) => {
      const stream = threadStream(THREAD)
      const last = wire.eventsOf(stream).at(-1)
      const placed = wire.eventsOf(stream)[0]?.metadata['directory']
      const files = [{ segment: THREAD, path: `.unroll/trash/x/${PATH}`, modifiedAtMs: 0 }]
      const directory = { ...(placed as object), revision: last?.revision ?? 0 } as typeof EMPTY
      await write(wire, stream, directory, { type: 'unroll-deleted', data: { files } })
      expect((await pulled(target, wire)).problems).to.deep.equal([])
      const { problems } = await pulled(target, wire, { threads: [THREAD], isAll: false })
      expect(problems.map(({ kind }) => kind)).to.deep.equal(['deleted'])
      expect(homeBytes(target).size).to.equal(0)
    }))

  it('brings only the threads that are asked for, and those their history leads through', () =>
    between(copyHome('fork-rollback-169'), async (_, target, wire) => {
      const lineageOf = (stream: string) =>
        wire
          .eventsOf(stream)
          .flatMap(
            ({ data }) =>
              (data.json?.['lineage'] ?? []) as ReadonlyArray<{ readonly thread: string }>
          )
      const fork =
        wire
          .streamNames()
          .find((stream) =>
            lineageOf(stream).some(({ thread }) => threadStream(thread) !== stream)
          ) ?? ''
      const thread = fork.slice('thread-'.length)
      const { threads } = await pulled(target, wire, { threads: [thread], isAll: false })
      const needed = new Set([thread, ...lineageOf(fork).map((one) => one.thread)])
      const there = new Set(
        [...homeBytes(target).keys()].map((path) => /T[\d-]{8}-([0-9a-f-]{36})/.exec(path)?.[1])
      )
      expect(threads).to.equal(needed.size)
      expect(there).to.deep.equal(needed)
    }))
})

/** Appends one fact, as an engine over the store would. */
const write = async (
  wire: MemoryWire,
  stream: string,
  directory: typeof EMPTY,
  fact: {
    readonly type: 'unroll-placed' | 'unroll-deleted'
    readonly data: {
      readonly files: ReadonlyArray<{
        readonly segment: string
        readonly path: string
        readonly modifiedAtMs: number
      }>
    }
  },
  lines: ReadonlyArray<string> = []
): Promise<void> => {
  const writer = { source: 'append', home: null, nonce: 'n' } as const
  const segment = fact.data.files[0]?.segment ?? ''
  const made = plan({ stream, directory, writer, together: true }, [
    { fact },
    ...(lines.length === 0 ? [] : [{ segment, lines: lines.map((text) => Buffer.from(text)) }])
  ])
  if (made._tag === 'Left') throw new Error(JSON.stringify(made.left))
  for (const { expected, events } of made.right.calls) await wire.append(stream, expected, events)
}

describe('pull: a store that lies', () => {
  const HOSTILE = [
    '../outside/rollout.jsonl',
    `../${PATH}`,
    `/tmp/${PATH}`,
    `sessions/../../${PATH}`,
    `sessions/2026/05/${PATH.slice('sessions/2026/05/01/'.length)}`,
    'sessions/2026/05/01/rollout-2026-05-01T10-00-00-x.jsonl',
    PATH.replace('.jsonl', '.jsonl.zst'),
    PATH.replace('1.jsonl', '2.jsonl'),
    `${PATH}\n`,
    'config.toml',
    'auth.json',
    `.unroll/trash/../../${PATH}`.replace('.unroll/trash/', 'sessions/')
  ]
  for (const path of HOSTILE)
    it(`writes nothing to ${JSON.stringify(path)}`, async () => {
      const parent = temporaryFolder()
      const target = join(parent, 'home')
      const wire = memoryWire()
      try {
        const files = [{ segment: THREAD, path, modifiedAtMs: 0 }]
        await write(wire, threadStream(THREAD), EMPTY, { type: 'unroll-placed', data: { files } }, [
          meta(THREAD)
        ])
        const { problems, createdFiles } = await pulled(target, wire)
        expect([problems.map(({ kind }) => kind), createdFiles]).to.deep.equal([['refused'], 0])
        expect(readdirSync(parent, { recursive: true }).sort()).to.deep.equal([
          'home',
          'home/.unroll',
          'home/.unroll/locks'
        ])
      } finally {
        removeFolder(parent)
      }
    })

  for (const link of ['sessions', 'sessions/2026', 'sessions/2026/05/01'])
    it(`writes nothing through a link at ${link}`, () =>
      between(homeWith(TEXT), async (_, target, wire) => {
        const outside = temporaryFolder()
        try {
          mkdirSync(dirname(join(target, link)), { recursive: true })
          symlinkSync(outside, join(target, link))
          const { problems } = await pulled(target, wire)
          expect(problems.map(({ kind }) => kind)).to.deep.equal(['failed'])
          expect(readdirSync(outside)).to.deep.equal([])
        } finally {
          removeFolder(outside)
        }
      }))

  it('writes no file of a stream whose bytes are not those it says', () =>
    between(homeWith(TEXT), async (_, target) => {
      const wire = memoryWire()
      const source = homeWith(TEXT)
      await pushed(source, {
        ...wire,
        append: (stream, expected, events) =>
          wire.append(
            stream,
            expected,
            events.map((event) => ({
              ...event,
              data: Buffer.from(
                Buffer.from(event.data)
                  .toString('latin1')
                  .replace('"message":"b"', '"message":"x"'),
                'latin1'
              )
            }))
          )
      })
      const { problems } = await pulled(target, wire)
      expect(problems.map(({ kind, atByte }) => [kind, atByte])).to.deep.equal([
        ['damaged', TEXT.indexOf(line('b'))]
      ])
      expect(homeBytes(target).size).to.equal(0)
      removeFolder(source)
    }))
})
