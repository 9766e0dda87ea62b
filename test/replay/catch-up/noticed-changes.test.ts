// What happens to the files of a home between two looks is reported with a reason, once, whoever looks first; and the rows are
// those of an index that never saw the home before.
import { expect } from 'chai'
import fc from 'fast-check'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { memoryIndex } from '../../../adapters/index/memory/index.ts'
import type { ChangeReason } from '../../../domain/home-change.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { Index } from '../../../replay/ports.ts'
import { CHANGES_KEPT } from '../../../replay/catch-up/changes.ts'
import { engineOver } from '../../support/engine-over.ts'
import { right } from '../../support/engines.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../support/rollouts.ts'

const THREADS = [1, 2, 3, 4, 5]
const NOW_MS = 1_780_000_000_000

const active = (home: string, n: number): string => rolloutPath(home, idOf(n), n)
const archived = (home: string, n: number): string =>
  join(home, 'archived_sessions', basename(active(home, n)))
const elsewhere = (home: string, n: number): string =>
  join(home, 'sessions', '2026', '06', '02', basename(active(home, n)))
const placesOf = (home: string, n: number): ReadonlyArray<string> => [
  active(home, n),
  archived(home, n),
  elsewhere(home, n)
]

const makeHome = (): string => {
  const home = emptyHome()
  for (const n of THREADS)
    writeRollout(active(home, n), linesOf([metaLine(idOf(n)), userLine(`hello ${n}`)]))
  for (const n of [1, 2]) mkdirSync(dirname(placesOf(home, 1)[n] ?? ''), { recursive: true })
  return home
}

/** An engine over an index, with a clock that goes a second with each look at it. */
const open = (home: string, index: Index): Engine => {
  let nowMs = NOW_MS
  const notes = { home, nowMs: () => (nowMs += 1000), tally: { sinceTrimmed: 0 } }
  return engineOver(home, { index, notes })
}

const told = async (engine: Engine) =>
  (await right(engine.homeChanges())).map(({ reason, threadId, from, to }) => ({
    reason,
    n: THREADS.find((n) => idOf(n) === threadId),
    from,
    to
  }))

/** A zstd frame of one raw block: what a compressed rollout of few bytes may be. */
const zst = (bytes: Buffer): Buffer => {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0, 0, 0, 0])
  head.writeUInt32LE(bytes.length, 5)
  head.writeUIntLE((bytes.length << 3) | 1, 9, 3)
  return Buffer.concat([head, bytes])
}

const DAY = 'sessions/2026/05/01'
const name = (n: number): string => basename(active('', n))

/** Rows about what is in the rollouts: not what was noticed about files, nor counters. */
const content = (index: Index) =>
  index
    .range([''], ['\u{10ffff}'], Infinity, false)
    .filter(
      ([[table]]) =>
        !/^(?:stamps$|home-changes@|home-spares@)|\.(?:folders|backfill)$/.test(String(table))
    )

interface Case {
  readonly what: string
  readonly change: (home: string) => void
  readonly expected: ReadonlyArray<readonly [ChangeReason, string | null, string | null]>
}

const CASES: ReadonlyArray<Case> = [
  {
    what: 'moved to another folder',
    change: (home) => renameSync(active(home, 2), elsewhere(home, 2)),
    expected: [['moved', `${DAY}/${name(2)}`, `sessions/2026/06/02/${name(2)}`]]
  },
  {
    what: 'archived by somebody else',
    change: (home) => renameSync(active(home, 2), archived(home, 2)),
    expected: [['archived', `${DAY}/${name(2)}`, `archived_sessions/${name(2)}`]]
  },
  {
    what: 'replaced by another file',
    change: (home) => {
      writeFileSync(`${active(home, 2)}.new`, readFileSync(active(home, 2)))
      renameSync(`${active(home, 2)}.new`, active(home, 2))
    },
    expected: [['replaced', `${DAY}/${name(2)}`, `${DAY}/${name(2)}`]]
  },
  {
    what: 'written anew under its own inode',
    change: (home) =>
      writeFileSync(active(home, 2), linesOf([metaLine(idOf(2)), userLine('something longer')])),
    expected: [['rewritten', `${DAY}/${name(2)}`, `${DAY}/${name(2)}`]]
  },
  {
    what: 'cut',
    change: (home) => truncateSync(active(home, 2), linesOf([metaLine(idOf(2))]).length),
    expected: [['shrank', `${DAY}/${name(2)}`, `${DAY}/${name(2)}`]]
  },
  {
    what: 'compressed',
    change: (home) => {
      writeFileSync(`${active(home, 2)}.zst`, zst(readFileSync(active(home, 2))))
      rmSync(active(home, 2))
    },
    expected: [['compressed', `${DAY}/${name(2)}`, `${DAY}/${name(2)}.zst`]]
  },
  {
    what: 'deleted',
    change: (home) => rmSync(active(home, 2)),
    expected: [['vanished', `${DAY}/${name(2)}`, null]]
  },
  {
    what: 'copied to the archive',
    change: (home) => copyFileSync(active(home, 2), archived(home, 2)),
    expected: [['duplicated', `${DAY}/${name(2)}`, `archived_sessions/${name(2)}`]]
  },
  {
    what: 'appended to, as Codex does',
    change: (home) => appendFileSync(active(home, 2), linesOf([userLine('more')])),
    expected: []
  }
]

describe('a change of the files of a home', () => {
  let home = ''
  beforeEach(() => {
    home = makeHome()
  })
  afterEach(() => removeFolder(home))

  for (const { what, change, expected } of CASES)
    it(`is told once when a rollout was ${what}`, async () => {
      const index = memoryIndex()
      const engine = open(home, index)
      expect(await told(engine)).to.deep.equal([])
      change(home)
      const rows = expected.map(([reason, from, to]) => ({ reason, n: 2, from, to }))
      expect(await told(engine)).to.deep.equal(rows)
      expect(await told(engine)).to.deep.equal(rows)
      expect(await told(open(home, index))).to.deep.equal(rows)
    })

  it('is told when a thread is read, before any list', async () => {
    const index = memoryIndex()
    const engine = open(home, index)
    await right(engine.status())
    const before = statSync(active(home, 3)).size
    truncateSync(active(home, 3), 10)
    await right(engine.readThread(idOf(3), true))
    expect(index.range(['home-changes@1'], ['home-changes@2'], 9, false)).to.deep.equal([
      [
        ['home-changes@1/0.142', NOW_MS + 1000, idOf(3), 'shrank'],
        {
          from: `${DAY}/${name(3)}`,
          to: `${DAY}/${name(3)}`,
          bytesBefore: before,
          bytes: 10
        }
      ]
    ])
  })

  it('is told with both its reasons when a rollout was archived and compressed at once', async () => {
    const engine = open(home, memoryIndex())
    await right(engine.status())
    writeFileSync(`${archived(home, 2)}.zst`, zst(readFileSync(active(home, 2))))
    rmSync(active(home, 2))
    expect((await told(engine)).map(({ reason }) => reason).sort()).to.deep.equal([
      'archived',
      'compressed'
    ])
  })

  it('names the copy that is gone, and the move to the copy that is left', async () => {
    const engine = open(home, memoryIndex())
    await right(engine.status())
    copyFileSync(active(home, 2), archived(home, 2))
    await right(engine.status())
    rmSync(active(home, 2))
    const reasons = (await told(engine)).map(({ reason }) => reason)
    expect(reasons.sort()).to.deep.equal(['archived', 'duplicate_gone', 'duplicated'])
    expect(await right(engine.status())).to.include({ threads: 5, duplicates: 0, changes: 3 })
  })

  it('is forgotten when there were many newer ones', async () => {
    const index = memoryIndex()
    const engine = open(home, index)
    await right(engine.status())
    const table = 'home-changes@1/0.142'
    const old = Array.from({ length: CHANGES_KEPT + 50 }, (_, n) => ({
      key: [table, n, idOf(1), 'moved'],
      json: JSON.stringify({ from: null, to: null, bytesBefore: null, bytes: null })
    }))
    await index.commit(old, [])()
    rmSync(active(home, 2))
    const [newest] = await told(engine)
    expect(newest).to.deep.include({ reason: 'vanished', n: 2 })
    expect(index.keys([table], [`${table}0`])).to.have.length(CHANGES_KEPT)
  })
})

type Step = (home: string) => void

const step = fc
  .tuple(fc.nat(8), fc.constantFrom(...THREADS), fc.nat(2), fc.nat(2))
  .map(([kind, n, from, to]): Step => (home) => {
    const source = placesOf(home, n)[from] ?? ''
    const target = placesOf(home, n)[to] ?? ''
    if (kind === 0) writeRollout(target, linesOf([metaLine(idOf(n)), userLine(`new ${to}`)]))
    if (!existsSync(source)) return
    if (kind <= 3 && source !== target) renameSync(source, target)
    if (kind === 4 && source !== target) copyFileSync(source, target)
    if (kind === 5) rmSync(source)
    if (kind === 6) appendFileSync(source, linesOf([userLine('more')]))
    if (kind === 7) truncateSync(source, Math.floor(statSync(source).size / 2))
    if (kind === 8) {
      writeFileSync(`${source}.new`, linesOf([metaLine(idOf(n)), userLine('other')]))
      renameSync(`${source}.new`, source)
    }
  })

type Look = (engine: Engine) => Promise<unknown>

const LOOKS: ReadonlyArray<Look> = [
  (engine) => right(engine.status()),
  (engine) => right(engine.listThreads({ limit: 2 })),
  (engine) => right(engine.listThreads({ archived: true, sortKey: 'updated_at' })),
  (engine) => engine.readThread(idOf(1), true)(),
  (engine) => engine.listTurns(idOf(2), { limit: 1 })(),
  () => Promise.resolve()
]

describe('an index that saw files come, move, shrink, change and go', () => {
  it('holds what an index from scratch holds, whoever looked when', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.array(step, { maxLength: 4 }), fc.nat(5), fc.nat(1)), {
          maxLength: 6
        }),
        async (rounds) => {
          const home = makeHome()
          const index = memoryIndex()
          const engines = [open(home, index), open(home, index)]
          for (const [steps, look, who] of rounds) {
            for (const change of steps) change(home)
            await LOOKS[look]?.(engines[who] as Engine)
          }
          await right((engines[0] as Engine).status())
          const fresh = memoryIndex()
          await right(open(home, fresh).status())
          expect(content(index)).to.deep.equal(content(fresh))
          removeFolder(home)
        }
      ),
      { numRuns: 60 }
    ))
})
