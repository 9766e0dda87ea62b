// A thread may go on in another file, and begin in one of another thread: which lines it has then, and what is told
// and still read when a file is not what the next one says. The lines are those of a recorded home; the files are
// put together by hand.
import { expect } from 'chai'
import { EVERY_LINE } from '../../../../domain/log/needs.ts'
import * as E from 'fp-ts/lib/Either.js'
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  unlinkSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { jsonlStore } from '../../../../adapters/log/jsonl/store.ts'
import type { DamagedLine, RecordedEvent } from '../../../../domain/log/event.ts'
import { streamId } from '../../../../domain/ids.ts'
import { DEFAULT_PROFILE } from '../../../../domain/log/profile.ts'
import {
  findStream,
  isDamaged,
  START,
  type EventStore,
  type Position
} from '../../../../replay/ports.ts'
import { turnsOf, withEngine } from '../../../support/engines.ts'
import { FIXTURES, removeFolder } from '../../../support/fixture-home.ts'
import { emptyHome, linesOf } from '../../../support/rollouts.ts'

const DAY = 'sessions/2026/11/21'
const ROOT = '01a1fd07-348f-7b10-a44e-b6acb19dda3e'
const FORK = '01a1fd07-391b-7f80-971a-565f69c6bd16'
const FORK2 = '01a1fd07-3b5b-7520-ae01-2e69d6d6b381'
const SEGMENT_A = '01a1fd07-3789-7671-a5a1-389fc3d8eb20'
const SEGMENT_B = '01a1fd07-42e4-7a80-ae73-493165a8598a'
const LOST = '01a1fd07-ffff-7000-8000-000000000001'

const recorded = (name: string): ReadonlyArray<string> =>
  readFileSync(join(FIXTURES, 'homes/fork-rollback-169/home', DAY, name), 'utf8')
    .split('\n')
    .slice(0, -1)

/** Lines 0 to 68 of the root thread: five turns, which end with the lines 13, 29, 40, 49 and 68. */
const LINES = recorded(`rollout-2026-11-21T07-34-30-${ROOT}.jsonl`)
const FORK_META = JSON.parse(
  recorded(`rollout-2026-11-21T07-34-31-${FORK}.jsonl`)[0] ?? ''
) as Readonly<Record<string, object>>

/** Bytes of the first lines of the root thread. */
const bytesOf = (lines: number): number => Buffer.byteLength(linesOf(LINES.slice(0, lines)))

interface Base {
  readonly thread_id: string
  readonly end_ordinal_exclusive: number
  readonly end_byte_offset: number
}

/** The first lines of a segment, as they are in the root thread. */
const upTo = (segment: string, line: number): Base => ({
  thread_id: segment,
  end_ordinal_exclusive: line,
  end_byte_offset: bytesOf(line)
})

/** The first line of a segment, as recorded but for what it continues. */
const head = (
  thread: string,
  ordinal: number,
  base: Base | null,
  forkedFrom: string | null = null
): string =>
  JSON.stringify({
    ...FORK_META,
    ordinal,
    payload: {
      ...FORK_META['payload'],
      ...{ session_id: thread, id: thread, forked_from_id: forkedFrom },
      ...{ forked_from_ordinal_exclusive: undefined, history_base: base ?? undefined }
    }
  })

/** A line of the root thread under another number. */
const renumbered = (line: number, ordinal: number): string =>
  (LINES[line] ?? '').replace(`"ordinal":${String(line)},`, `"ordinal":${String(ordinal)},`)

/** A frame of zstd that holds its bytes as they are. */
const stored = (bytes: Buffer): Buffer => {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(bytes.length)
  const parts: Array<Uint8Array> = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size]
  for (let from = 0; from < bytes.length; from += 0x10000) {
    const block = bytes.subarray(from, from + 0x10000)
    const isLast = from + 0x10000 >= bytes.length ? 1 : 0
    const blockHead = Buffer.alloc(3)
    blockHead.writeUIntLE(isLast + block.length * 8, 0, 3)
    parts.push(blockHead, block)
  }
  return Buffer.concat(parts)
}

type Line = RecordedEvent | DamagedLine

/** Where a line stands: segment and number, `^` before those of another thread; damage by its reason. */
const label = (line: Line): string =>
  isDamaged(line)
    ? line.reason
    : `${line.inherited === true ? '^' : ''}${String(line.segment)}:${String(line.line.ordinal)}`

/** Labels of the lines from one number to another. */
const labels = (prefix: string, from: number, until: number): ReadonlyArray<string> =>
  Array.from({ length: until - from }, (_, i) => `${prefix}:${String(from + i)}`)

describe('a thread of several files', () => {
  let home = ''
  let store: EventStore
  beforeEach(() => {
    home = emptyHome()
    store = jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false })
  })
  afterEach(() => removeFolder(home))

  const fileOf = (second: number, thread: string, segment: string | null, folder = DAY): string => {
    const name = segment === null ? thread : `${thread}_${segment}`
    return join(home, folder, `rollout-2026-11-21T07-34-${String(second)}-${name}.jsonl`)
  }

  const write = (path: string, lines: ReadonlyArray<string>): string => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, linesOf(lines))
    return path
  }

  /** The root thread up to a line. */
  const root = (lines: number): string => write(fileOf(30, ROOT, null), LINES.slice(0, lines))

  /** A fork of two lines, as Codex makes one. */
  const fork = (base: Base | null, ordinal = 30, forkedFrom: string | null = ROOT): string =>
    write(fileOf(31, FORK, null), [
      head(FORK, ordinal, base, forkedFrom),
      renumbered(6, ordinal + 1)
    ])

  const infoOf = (thread: string) => {
    const found = findStream(store, streamId(thread))
    if (E.isLeft(found)) throw new Error('the thread is not there')
    return found.right
  }

  const read = async (thread: string, from: Position = START) => {
    const lines: Array<Line> = []
    let next = from
    for await (const batch of store.read(infoOf(thread), from, EVERY_LINE)) {
      lines.push(...batch.lines)
      next = batch.next
    }
    return { lines, next }
  }

  /** Labels of every line of a thread, whose revisions count over all its files. */
  const linesRead = async (thread: string): Promise<ReadonlyArray<string>> => {
    const { lines, next } = await read(thread)
    expect(lines.map(({ revision }) => revision)).to.deep.equal(lines.map((_, i) => i))
    expect(next.revision).to.equal(lines.length)
    return lines.map(label)
  }

  const FORKED = [...labels('^0', 0, 30), '1:30', '1:31']

  it('reads the lines of its parent up to the cut, then its own', async () => {
    root(69)
    fork(upTo(ROOT, 30))
    expect(await linesRead(FORK)).to.deep.equal(FORKED)
    expect(await linesRead(ROOT)).to.deep.equal(labels('0', 0, 69))
  })

  it('goes on from any line, of a base too', async () => {
    root(69)
    fork(upTo(ROOT, 30))
    const { lines } = await read(FORK)
    for (const [i, { revision, segment, offset }] of lines.entries()) {
      const rest = await read(FORK, { revision, segment, offset })
      expect(rest.lines).to.deep.equal(lines.slice(i))
    }
  })

  it('goes on behind its last line when it grows', async () => {
    root(30)
    const path = fork(upTo(ROOT, 30))
    const { next } = await read(FORK)
    appendFileSync(path, linesOf([renumbered(30, 32)]))
    const { lines } = await read(FORK, next)
    expect(lines.map((line) => [line.revision, label(line)])).to.deep.equal([[32, '1:32']])
  })

  it('reads ranges of any of its files', async () => {
    root(69)
    fork(upTo(ROOT, 30))
    const { lines } = await read(FORK)
    const chosen = [lines[3], lines[29], lines[30]].filter((line) => line !== undefined)
    const ranges = chosen.map(({ segment, offset, bytes }) => ({
      segment,
      from: offset,
      until: offset + bytes
    }))
    const found = await store.readRanges(infoOf(FORK), ranges, EVERY_LINE)
    expect(found.map((line) => 'line' in line && line.line)).to.deep.equal(
      chosen.map((line) => 'line' in line && line.line)
    )
  })

  it('never reads what is written to its base behind the cut', async () => {
    const path = root(30)
    fork(upTo(ROOT, 30))
    const before = await read(FORK)
    const turns = await withEngine({ home }, (engine) => turnsOf(engine, FORK))
    appendFileSync(path, `${linesOf(LINES.slice(30, 50))}{"torn`)
    expect(await read(FORK)).to.deep.equal(before)
    expect(await read(FORK, before.next)).to.deep.equal({ lines: [], next: before.next })
    expect(await withEngine({ home }, (engine) => turnsOf(engine, FORK))).to.deep.equal(turns)
    expect(turns.map(({ status }) => status)).to.deep.equal(['completed', 'completed'])
  })

  it('has the segment of the latest name for its head, whatever the file times', async () => {
    const paths = [
      root(69),
      write(fileOf(31, ROOT, SEGMENT_A), [head(ROOT, 41, upTo(ROOT, 41)), renumbered(6, 42)]),
      write(fileOf(33, ROOT, SEGMENT_B), [head(ROOT, 30, upTo(ROOT, 30)), renumbered(6, 31)])
    ]
    paths.forEach((path, i) => utimesSync(path, 2000 - i, 2000 - i))
    expect(infoOf(ROOT).path).to.equal(paths[2])
    expect(await linesRead(ROOT)).to.deep.equal([...labels('0', 0, 30), '1:30', '1:31'])
  })

  it('follows bases of bases through every thread', async () => {
    const size = (path: string) => readFileSync(path).length
    const cut = (segment: string, line: number, bytes: number): Base => ({
      ...{ thread_id: segment, end_ordinal_exclusive: line },
      end_byte_offset: bytes
    })
    const first = root(69)
    const second = write(fileOf(31, ROOT, SEGMENT_A), [
      head(ROOT, 41, upTo(ROOT, 41)),
      ...[42, 43, 44].map((ordinal) => renumbered(6, ordinal))
    ])
    const third = fork(cut(SEGMENT_A, 45, size(second)), 45)
    const fourth = write(fileOf(32, FORK2, null), [
      head(FORK2, 46, cut(FORK, 46, size(third) - renumbered(6, 46).length - 1), FORK)
    ])
    const segment = (id: string, path: string, until: number | null) => ({
      ...{ id, path, compressed: false, from: 0, until, inherited: until !== null, gap: null }
    })
    expect(store.lineage(infoOf(FORK2))).to.deep.equal([
      segment(ROOT, first, bytesOf(41)),
      segment(SEGMENT_A, second, size(second)),
      segment(FORK, third, size(third) - renumbered(6, 46).length - 1),
      segment(FORK2, fourth, null)
    ])
    expect(await linesRead(FORK2)).to.deep.equal([
      ...labels('^0', 0, 41),
      ...labels('^1', 41, 45),
      ...['^2:45', '3:46']
    ])
  })

  it('reads the same lines when others are begun meanwhile', async () => {
    root(69)
    fork(upTo(ROOT, 41), 41)
    const infos = [ROOT, FORK].map(infoOf)
    const reads = infos.map((info) => store.read(info, START, EVERY_LINE)[Symbol.asyncIterator]())
    const got: ReadonlyArray<Array<Line>> = [[], []]
    for (let isOpen = true; isOpen;) {
      isOpen = false
      for (const [i, read] of reads.entries()) {
        const next = await read.next()
        if (next.done === true) continue
        isOpen = true
        got[i]?.push(...next.value.lines)
      }
    }
    expect(got.map((lines) => lines.map(label))).to.deep.equal([
      labels('0', 0, 69),
      [...labels('^0', 0, 41), '1:41', '1:42']
    ])
  })

  it('is taken from who knows it, for the file as it was seen and no other', () => {
    root(69)
    const path = fork(upTo(ROOT, 41), 41)
    const seen = infoOf(FORK)
    store.noteAlone?.(seen)
    expect(store.lineage(seen)).to.deep.equal([
      { id: FORK, path, compressed: false, from: 0, until: null, inherited: false, gap: null }
    ])
    expect(store.lineage(infoOf(FORK)).map(({ id }) => id)).to.deep.equal([ROOT, FORK])
  })

  it('shows the turns of a revert to an engine that had read it before', async () => {
    root(69)
    await withEngine({ home }, async (engine) => {
      expect(await turnsOf(engine, ROOT)).to.have.length(5)
      write(fileOf(33, ROOT, SEGMENT_B), [head(ROOT, 30, upTo(ROOT, 30)), renumbered(6, 31)])
      const afresh = await withEngine({ home }, (other) => turnsOf(other, ROOT))
      expect(afresh).to.have.length(2)
      expect(await turnsOf(engine, ROOT)).to.deep.equal(afresh)
    })
  })

  it('finds its base among the archived', async () => {
    write(fileOf(30, ROOT, null, 'archived_sessions'), LINES)
    fork(upTo(ROOT, 30))
    expect(await linesRead(FORK)).to.deep.equal(FORKED)
  })

  it('finds its base when that was archived since', async () => {
    const path = root(69)
    fork(upTo(ROOT, 30))
    const before = await linesRead(FORK)
    write(fileOf(30, ROOT, null, 'archived_sessions'), LINES)
    unlinkSync(path)
    expect(await linesRead(FORK)).to.deep.equal(before)
  })

  it('reads a compressed base', async () => {
    const path = root(69)
    writeFileSync(`${path}.zst`, stored(readFileSync(path)))
    unlinkSync(path)
    fork(upTo(ROOT, 30))
    expect(await linesRead(FORK)).to.deep.equal(FORKED)
    expect(await linesRead(ROOT)).to.deep.equal(labels('0', 0, 69))
  })

  it('is only its own file for an era that knows no segments', async () => {
    root(69)
    fork(upTo(ROOT, 30))
    const turns = (profile: '0.142' | '0.169') =>
      withEngine({ home, profile }, async (engine) => (await turnsOf(engine, FORK)).length)
    expect([await turns('0.142'), await turns('0.169')]).to.deep.equal([0, 2])
  })

  describe('with a base that is not as its first line says', () => {
    const own = (segment: number) => [`${String(segment)}:30`, `${String(segment)}:31`]

    it('says that the base is missing, and reads its own lines', async () => {
      fork(upTo(LOST, 30), 30, null)
      expect(await linesRead(FORK)).to.deep.equal(['base_missing', ...own(0)])
    })

    it('reads the file of its parent that fits instead of a missing one', async () => {
      root(69)
      fork(upTo(LOST, 30))
      expect(await linesRead(FORK)).to.deep.equal([
        ...labels('^0', 0, 30),
        'base_missing',
        ...own(1)
      ])
    })

    it('reads older files up to the number of the cut where none fits', async () => {
      root(69)
      write(fileOf(31, ROOT, SEGMENT_B), [
        head(ROOT, 44, { ...upTo(LOST, 44), end_byte_offset: 7 }),
        renumbered(6, 45)
      ])
      expect(await linesRead(ROOT)).to.deep.equal([
        ...labels('0', 0, 44),
        'base_missing',
        '1:44',
        '1:45'
      ])
    })

    it('says that the base has shrunk, and reads what is left of it', async () => {
      root(20)
      fork(upTo(ROOT, 30))
      expect(await linesRead(FORK)).to.deep.equal([
        ...labels('^0', 0, 20),
        'base_shrunk',
        ...own(1)
      ])
    })

    it('says that the base is another file when the cut is inside a line, and reads up to its number', async () => {
      root(69)
      fork({ ...upTo(ROOT, 30), end_byte_offset: bytesOf(30) - 5 })
      expect(await linesRead(FORK)).to.deep.equal([
        ...labels('^0', 0, 30),
        'base_mismatch',
        ...own(1)
      ])
    })

    it('says that the base is another file when the line at the cut has another number, and reads up to the right one', async () => {
      root(69)
      fork({ ...upTo(ROOT, 30), end_byte_offset: bytesOf(28) })
      expect(await linesRead(FORK)).to.deep.equal([
        ...labels('^0', 0, 30),
        'base_mismatch',
        ...own(1)
      ])
    })

    it('says that files name each other in a circle, and reads each once', async () => {
      const first = fork(null)
      const cut = (segment: string, bytes: number): Base => ({
        ...{ thread_id: segment, end_ordinal_exclusive: 32 },
        end_byte_offset: bytes
      })
      const size = readFileSync(first).length
      const second = [head(FORK, 32, cut(FORK, size + 300)), renumbered(6, 33)]
      const bytes = Buffer.byteLength(linesOf(second))
      fork({ ...cut(SEGMENT_B, bytes), end_ordinal_exclusive: 34 }, 30, null)
      const place = cut(FORK, readFileSync(first).length)
      write(fileOf(32, FORK, SEGMENT_B), [head(FORK, 32, place), renumbered(6, 33)])
      expect(await linesRead(FORK)).to.deep.equal(['base_cycle', ...own(0), '1:32', '1:33'])
    })

    it('says that a file names itself, and reads it once', async () => {
      fork(upTo(FORK, 30), 30, null)
      expect(await linesRead(FORK)).to.deep.equal(['base_cycle', ...own(0)])
    })

    it('says that its torn first line does not tell the base, and reads the older file up to it', async () => {
      root(69)
      const torn = head(ROOT, 30, upTo(ROOT, 30)).slice(0, 200)
      write(fileOf(31, ROOT, SEGMENT_B), [torn, renumbered(6, 31)])
      expect(await linesRead(ROOT)).to.deep.equal([
        ...labels('0', 0, 30),
        'base_unknown',
        'not_json',
        '1:31'
      ])
    })

    it('says that its torn first line does not tell the base, and reads its own lines where no other is left', async () => {
      const torn = head(ROOT, 30, upTo(ROOT, 30)).slice(0, 200)
      write(fileOf(31, ROOT, SEGMENT_B), [torn, renumbered(6, 31)])
      expect(await linesRead(ROOT)).to.deep.equal(['base_unknown', 'not_json', '0:31'])
    })

    it('says so once, however often it is read', async () => {
      root(30)
      const path = fileOf(31, ROOT, SEGMENT_B)
      write(path, [])
      appendFileSync(path, head(ROOT, 30, upTo(ROOT, 30)).slice(0, 200))
      const first = await read(ROOT)
      expect(first.lines.map(label)).to.deep.equal([...labels('0', 0, 30), 'base_unknown'])
      expect(await read(ROOT, first.next)).to.deep.equal({ lines: [], next: first.next })
    })

    it('is whole again once its first line is', async () => {
      root(30)
      const path = fileOf(31, ROOT, SEGMENT_B)
      const line = head(ROOT, 30, upTo(ROOT, 30))
      write(path, [])
      await withEngine({ home }, async (engine) => {
        const damage = async () => (await engine.damage(ROOT)()) as unknown
        appendFileSync(path, line.slice(0, 200))
        expect(await turnsOf(engine, ROOT)).to.have.length(2)
        appendFileSync(path, `${line.slice(200)}\n${linesOf([renumbered(6, 31)])}`)
        expect(await turnsOf(engine, ROOT)).to.have.length(2)
        expect(await damage()).to.deep.equal(E.right([]))
      })
      expect(await linesRead(ROOT)).to.deep.equal([...labels('0', 0, 30), '1:30', '1:31'])
    })

    it('is whole again once its base is back', async () => {
      fork(upTo(ROOT, 30))
      await withEngine({ home }, async (engine) => {
        expect(await turnsOf(engine, FORK)).to.deep.equal([])
        root(69)
        expect(await turnsOf(engine, FORK)).to.have.length(2)
        expect(await engine.damage(FORK)()).to.deep.equal(E.right([]))
      })
    })
  })
})
