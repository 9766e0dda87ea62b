// A push brings a home to a store byte for byte, writes only what is new, and never twice, however often
// it is killed or started at once. What it expects is the bytes of the files themselves.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { homeIdOf } from '../../../../../adapters/log/eventstore/sync/home.ts'
import { threadStream } from '../../../../../adapters/log/eventstore/stream/names.ts'
import { copyHome, FIXTURES, homeNames, removeFolder } from '../../../../support/fixture-home.ts'
import { memoryWire, type MemoryWire } from '../../../../support/memory-wire.ts'
import { emptyHome, linesOf, rolloutPath, writeRollout } from '../../../../support/rollouts.ts'
import {
  eventCount,
  homeBytes,
  mortal,
  pushed,
  pushOf,
  seenIn,
  storedFiles
} from '../../../../support/syncing.ts'
import { PLAIN, putThread } from '../../../../support/room.ts'

const THREAD = '0196b000-0000-7000-8000-000000000001'
const OTHER = '0196b000-0000-7000-8000-000000000002'

const line = (text: string): string =>
  JSON.stringify({
    timestamp: '2026-05-01T10:00:00.000Z',
    type: 'event_msg',
    payload: { type: 'agent_message', message: text }
  })
const meta = (id: string): string =>
  JSON.stringify({ timestamp: '2026-05-01T10:00:00.000Z', type: 'session_meta', payload: { id } })

/** A home of one thread of these bytes. */
const homeWith = (bytes: string | Buffer, id = THREAD): string => {
  const home = emptyHome()
  writeRollout(rolloutPath(home, id), bytes)
  return home
}

const within = async (
  home: string,
  use: (home: string, wire: MemoryWire) => Promise<void>,
  wire = memoryWire()
) => {
  try {
    await use(home, wire)
  } finally {
    removeFolder(home)
  }
}

const PATH = `sessions/2026/05/01/rollout-2026-05-01T10-00-00-${THREAD}.jsonl`

describe('push: a home in a store', () => {
  for (const name of homeNames())
    it(`holds every file of ${name} byte for byte, and writes nothing the second time`, () =>
      within(copyHome(name), async (home, wire) => {
        const first = await pushed(home, wire)
        expect(first.problems).to.deep.equal([])
        expect(await storedFiles(wire)).to.deep.equal(homeBytes(home))
        const events = eventCount(wire)
        const second = await pushed(home, wire)
        expect(eventCount(wire)).to.equal(events)
        expect([
          second.threads,
          second.changedThreads,
          second.lines,
          second.problems
        ]).to.deep.equal([first.threads, 0, 0, []])
      }))

  const ODD: Readonly<Record<string, string | Buffer>> = {
    'no bytes': '',
    'only blank lines': '\n  \n\r\n',
    'a byte order mark': `\u{feff}${linesOf([meta(THREAD), line('a')])}`,
    'a byte order mark and nothing else': '\u{feff}',
    'blank lines between and behind': `${meta(THREAD)}\n\n \t\n${line('a')}\n\n  \n`,
    'carriage returns': `${meta(THREAD)}\r\n${line('a')}\r\n`,
    'NUL bytes and broken UTF-8': Buffer.concat([
      Buffer.from(`${meta(THREAD)}\n`),
      Buffer.alloc(40),
      Buffer.from('\n'),
      Buffer.from([0xff, 0xfe, 0x80, 10])
    ]),
    'no newline at the end': `${meta(THREAD)}\n${line('a')}`,
    'a torn last line': `${meta(THREAD)}\n${line('a').slice(0, 30)}`,
    'blanks behind the last newline': `${meta(THREAD)}\n   `,
    'JSON that prints otherwise': `${meta(THREAD)}\n{ "type":"event_msg", "payload":{"type":"x","n":1.0,"\\u0061":2} }\n{"a":1,"a":2}\n[1]\n"x"\n`,
    'a line of 3 MB': `${meta(THREAD)}\n${line('x'.repeat(3_000_000))}\n${line('b')}\n`,
    'a torn line of 3 MB': `${meta(THREAD)}\n${line('x'.repeat(3_000_000)).slice(0, -1)}`
  }
  for (const [what, bytes] of Object.entries(ODD))
    it(`holds a file with ${what} byte for byte`, () =>
      within(homeWith(bytes), async (home, wire) => {
        expect((await pushed(home, wire)).problems).to.deep.equal([])
        expect(await storedFiles(wire)).to.deep.equal(homeBytes(home))
        const events = eventCount(wire)
        await pushed(home, wire)
        expect(eventCount(wire)).to.equal(events)
      }))

  it('writes only what was appended, and a finished line in the place of a torn one', () =>
    within(homeWith(`${meta(THREAD)}\n${line('a').slice(0, 20)}`), async (home, wire) => {
      await pushed(home, wire)
      appendFileSync(join(home, PATH), `${line('a').slice(20)}\n${line('b')}\n`)
      const { lines, changedThreads, newThreads } = await pushed(home, wire)
      expect([lines, changedThreads, newThreads]).to.deep.equal([2, 1, 0])
      expect(await storedFiles(wire)).to.deep.equal(homeBytes(home))
      const kinds = wire.eventsOf(threadStream(THREAD)).map(({ type }) => type)
      expect(kinds).to.deep.equal([
        'unroll-placed',
        'session_meta',
        'unroll-tail',
        'event_msg/agent_message',
        'event_msg/agent_message'
      ])
    }))

  it('tells where every line came from', () =>
    within(homeWith(linesOf([meta(THREAD)])), async (home, wire) => {
      await pushed(home, wire)
      const [, first] = wire.eventsOf(threadStream(THREAD))
      expect([
        first?.metadata['source'],
        first?.metadata['home'],
        first?.metadata['offset']
      ]).to.deep.equal(['push', homeIdOf(home), 0])
    }))

  it('holds the plain bytes of a compressed rollout', () =>
    within(emptyHome(), async (home, wire) => {
      const name = 'rollout-2026-11-21T07-09-43-01a1fcf0-83af-7753-9105-268919d49185.jsonl'
      mkdirSync(join(home, 'archived_sessions'))
      copyFileSync(
        join(FIXTURES, 'compressed', `${name}.zst`),
        join(home, 'archived_sessions', `${name}.zst`)
      )
      await pushed(home, wire)
      const plain = readFileSync(
        join(FIXTURES, 'homes/unicode-long-142/home/sessions/2026/11/21', name),
        'latin1'
      )
      expect(await storedFiles(wire)).to.deep.equal(new Map([[`archived_sessions/${name}`, plain]]))
      expect((await pushed(home, wire)).changedThreads).to.equal(0)
    }))

  it('notices that a file was archived, and that its time changed', () =>
    within(homeWith(linesOf([meta(THREAD), line('a')])), async (home, wire) => {
      await pushed(home, wire)
      const archived = PATH.replace('sessions/2026/05/01', 'archived_sessions')
      mkdirSync(join(home, 'archived_sessions'))
      renameSync(join(home, PATH), join(home, archived))
      utimesSync(join(home, archived), 1_700_000_000, 1_700_000_000)
      const { lines, changedThreads } = await pushed(home, wire)
      expect([lines, changedThreads]).to.deep.equal([0, 1])
      const last = wire.eventsOf(threadStream(THREAD)).at(-1)
      expect([last?.type, last?.data.json]).to.deep.equal([
        'unroll-placed',
        { files: [{ segment: THREAD, path: archived, modifiedAtMs: 1_700_000_000_000 }] }
      ])
      expect((await pushed(home, wire)).changedThreads).to.equal(0)
    }))

  it('brings every name in its order, once', () =>
    within(homeWith(linesOf([meta(THREAD)])), async (home, wire) => {
      const name = (text: string, second: number): string =>
        `${JSON.stringify({ id: THREAD, thread_name: text, updated_at: `2026-05-01T10:00:0${second}.000000000Z` })}\n`
      writeFileSync(join(home, 'session_index.jsonl'), name('one', 1) + name('two', 2))
      expect((await pushed(home, wire)).names).to.equal(2)
      appendFileSync(join(home, 'session_index.jsonl'), name('one', 3))
      expect((await pushed(home, wire)).names).to.equal(1)
      expect((await pushed(home, wire)).names).to.equal(0)
      const named = wire
        .eventsOf(threadStream(THREAD))
        .filter(({ type }) => type === 'unroll-named')
      expect(named.map(({ data }) => data.json)).to.deep.equal([
        { name: 'one', updatedAt: '2026-05-01T10:00:01.000000000Z' },
        { name: 'two', updatedAt: '2026-05-01T10:00:02.000000000Z' },
        { name: 'one', updatedAt: '2026-05-01T10:00:03.000000000Z' }
      ])
    }))

  it('brings the records of imported threads, also those that come later, once', () =>
    within(homeWith(linesOf([meta(THREAD)])), async (home, wire) => {
      await pushed(home, wire)
      const record = {
        imported_thread_id: THREAD,
        imported_at: 1_777_000_000,
        source_path: '/x',
        content_sha256: 'ab',
        more: [1]
      }
      writeFileSync(
        join(home, 'external_agent_session_imports.json'),
        JSON.stringify({ records: [record, { imported_thread_id: OTHER }] })
      )
      await pushed(home, wire)
      await pushed(home, wire)
      const imported = wire
        .eventsOf(threadStream(THREAD))
        .filter(({ type }) => type === 'unroll-imported')
      expect(imported.map(({ data }) => data.json)).to.deep.equal([record])
    }))

  it('brings the logs of two homes into one stream each, every record once', async () => {
    const wire = memoryWire()
    const homes = [emptyHome(), emptyHome()]
    const logOf = (home: string): string => join(home, '.unroll', 'operations.jsonl')
    const record = (n: number): string => `${JSON.stringify({ record: 'began', id: n })}\n`
    try {
      homes.forEach((home, i) => {
        mkdirSync(join(home, '.unroll'))
        writeFileSync(logOf(home), record(i) + record(i + 10))
      })
      const counts: Array<number> = []
      for (const home of [...homes, ...homes]) counts.push((await pushed(home, wire)).records)
      homes.forEach((home, i) => appendFileSync(logOf(home), record(i + 20)))
      for (const home of [...homes, ...homes]) counts.push((await pushed(home, wire)).records)
      expect(counts).to.deep.equal([2, 2, 0, 0, 1, 1, 0, 0])
      const ids = wire
        .eventsOf('unroll-log-operations')
        .flatMap(({ data }) => data.json?.['id'] ?? [])
      expect(ids).to.deep.equal([0, 10, 1, 11, 20, 21])
    } finally {
      homes.forEach(removeFolder)
    }
  })
})

describe('push: what does not fit', () => {
  it('leaves a segment alone whose bytes are others, names the byte, and goes on with the other threads', () =>
    within(homeWith(linesOf([meta(THREAD), line('aaa'), line('bbb')])), async (home, wire) => {
      await pushed(home, wire)
      const events = eventCount(wire)
      const text = readFileSync(join(home, PATH), 'utf8')
      const at = text.indexOf('aaa')
      writeFileSync(
        join(home, PATH),
        `${text.replace('aaa', 'axa').replace('bbb', 'bxb')}${line('c')}\n`
      )
      writeRollout(rolloutPath(home, OTHER, 1), linesOf([meta(OTHER)]))
      const { problems, lines } = await pushed(home, wire)
      expect(problems.map(({ kind, path, atByte }) => [kind, path, atByte])).to.deep.equal([
        ['diverged', PATH, at + 1]
      ])
      expect([lines, eventCount(wire)]).to.deep.equal([1, events + 2])
    }))

  it('tells a file that was cut from one that others have gone on with', () =>
    within(homeWith(linesOf([meta(THREAD), line('a'), line('b')])), async (home, wire) => {
      const whole = readFileSync(join(home, PATH))
      const cut = linesOf([meta(THREAD), line('a')]).length
      const copy = homeWith(whole.subarray(0, cut))
      try {
        await pushed(home, wire)
        truncateSync(join(home, PATH), cut)
        const mine = await pushed(home, wire)
        const theirs = await pushed(copy, wire)
        expect(
          [mine, theirs].map(({ problems }) => problems.map(({ kind, atByte }) => [kind, atByte]))
        ).to.deep.equal([[['truncated', cut]], [['store_ahead', cut]]])
      } finally {
        removeFolder(copy)
      }
    }))

  it('tells of documents of the TypeScript client, which have no lines to keep', () =>
    within(homeWith(linesOf([meta(THREAD), line('a')])), async (home, wire) => {
      const name = `rollout-2025-05-17-${OTHER}.json`
      writeFileSync(join(home, 'sessions', name), '{"session":{},"items":[]}')
      const done = await pushed(home, wire)
      expect([done.threads, done.leftOut, done.problems]).to.deep.equal([1, 1, []])
      expect([...(await storedFiles(wire)).keys()].join()).not.to.include(OTHER)
    }))

  it('keeps what is gone from the home', () =>
    within(homeWith(linesOf([meta(THREAD), line('a')])), async (home, wire) => {
      const segment = PATH.replace('10-00-00', '10-00-01').replace('.jsonl', `_${OTHER}.jsonl`)
      writeFileSync(join(home, segment), `${meta(THREAD)}\n`)
      await pushed(home, wire)
      const held = await storedFiles(wire)
      rmSync(join(home, segment))
      expect((await pushed(home, wire)).keptFiles).to.equal(1)
      expect(await storedFiles(wire)).to.deep.equal(held)
    }))

  it('does not bring back what was deleted in the store', () =>
    within(homeWith(linesOf([meta(THREAD)])), async (home, wire) => {
      await wire.tombstone(threadStream(THREAD))
      const { problems } = await pushed(home, wire)
      expect(problems.map(({ kind, thread }) => [kind, thread])).to.deep.equal([
        ['deleted', THREAD]
      ])
    }))

  it('ends when the server cannot be reached', () =>
    within(copyHome('basic-142'), async (home, wire) => {
      const answer = await pushOf(home, mortal(wire, { atCall: 1, when: 'before' }))
      expect(E.isLeft(answer) && answer.left._tag).to.equal('StoreUnavailable')
    }))

  it('counts what it would write, and writes nothing, with --dry-run', () =>
    within(copyHome('basic-142'), async (home, wire) => {
      const dry = await pushed(home, wire, { dryRun: true })
      expect(eventCount(wire)).to.equal(0)
      const real = await pushed(home, wire)
      expect({ ...dry, dryRun: false }).to.deep.equal(real)
    }))

  it('brings only the threads that are named, and what their history stands on', () =>
    within(copyHome('fork-rollback-169'), async (home, wire) => {
      const all = memoryWire()
      await pushed(home, all)
      const forks = all.streamNames().filter((stream) =>
        all.eventsOf(stream).some(({ data }) => {
          const lineage = data.json?.['lineage'] as
            | ReadonlyArray<{ readonly thread: string }>
            | undefined
          return lineage?.some(({ thread }) => threadStream(thread) !== stream) === true
        })
      )
      const [fork = ''] = forks
      await pushed(home, wire, { words: [fork.slice('thread-'.length)] })
      expect(forks.length).to.be.greaterThan(0)
      expect(wire.streamNames()).to.include(fork)
      expect(wire.streamNames().length).to.be.greaterThan(1).and.below(all.streamNames().length)
    }))
})

describe('push: killed, and at once', () => {
  const HOME = 'fork-rollback-169'
  /** So small that most lines are alone in their call, and the longest are in parts. */
  const small = { bytesMax: 20_000 }

  for (const when of ['before', 'after'] as const)
    it(`ends with what a push that never died writes, killed ${when} the server took any of its calls`, async () => {
      const whole = memoryWire(small)
      await within(copyHome(HOME), (home) => pushed(home, whole).then(() => undefined))
      const expected = seenIn(whole)
      for (let atCall = 1, died = true; died; atCall++)
        await within(
          copyHome(HOME),
          async (home, wire) => {
            const dying = mortal(wire, { atCall, when })
            await pushOf(home, dying)
            died = dying.died()
            const { problems } = await pushed(home, wire)
            expect(problems).to.deep.equal([])
            expect(await storedFiles(wire)).to.deep.equal(homeBytes(home))
            expect(bytesIn(seenIn(wire))).to.deep.equal(bytesIn(expected))
          },
          memoryWire(small)
        )
    })

  it('writes every line once when two push at once', () =>
    within(copyHome(HOME), async (home, wire) => {
      const both = await Promise.all([pushed(home, wire), pushed(home, wire)])
      expect(both.map(({ problems }) => problems)).to.deep.equal([[], []])
      const one = memoryWire()
      await pushed(home, one)
      expect(seenIn(wire)).to.deep.equal(seenIn(one))
    }))

  it('writes every line once when two push at once, of which one sees more of a file', () =>
    within(homeWith(linesOf([meta(PLAIN)]), PLAIN), async (home, wire) => {
      const path = putThread(home, { id: PLAIN })
      const before = pushOf(home, wire)
      appendFileSync(path, `${line('later')}\n`)
      const all = await Promise.all([before, pushed(home, wire), pushed(home, wire)])
      expect(all.length).to.equal(3)
      const [last] = [await pushed(home, wire)]
      expect(last?.problems).to.deep.equal([])
      expect(await storedFiles(wire)).to.deep.equal(homeBytes(home))
    }))
})

/** What readers see without the facts, of which a killed push may write one again. */
const bytesIn = (seen: unknown): unknown =>
  (seen as ReadonlyArray<ReadonlyArray<ReadonlyArray<unknown>>>).map((stream) =>
    stream.filter(([kind]) => kind !== 'unroll-placed')
  )
