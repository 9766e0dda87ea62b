// The first fold of a home that several processes want at once, or that is cut off: one works, the others wait a while, what
// is done is not done again, and single threads are read all the same.
import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openLmdbIndex } from '../../../adapters/index/lmdb/index.ts'
import { memoryIndex } from '../../../adapters/index/memory/index.ts'
import { jsonlStore } from '../../../adapters/log/jsonl/store.ts'
import { eraOf } from '../../../domain/log/profile.ts'
import { catchUpAll } from '../../../replay/catch-up/fold-many.ts'
import type { BackfillLease } from '../../../replay/catch-up/backfill-lease.ts'
import { checkpointOf, checkpointsOf, type Env } from '../../../replay/catch-up/project.ts'
import { THREADS as LISTS, TURNS } from '../../../projections/catalogue.ts'
import type { Index, StreamInfo } from '../../../replay/ports.ts'
import { right, withEngine } from '../../support/engines.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import {
  appendRollout,
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../support/rollouts.ts'

const THREADS = 120
/** Lists are folded first, then turns. */
const GROUPS_OF_THREADS = [LISTS, TURNS]
/** UNROLL_KILLS=50 kills that many processes instead of the usual ones. */
const KILLS = Number(process.env['UNROLL_KILLS'] ?? 2)
const path = (home: string, n: number): string => rolloutPath(home, idOf(n), n % 60)

/** A turn as Codex writes it: a fold need not count the lines before it. */
const turn = (n: number, i: number): ReadonlyArray<string> => {
  const marked = (payload: object): string =>
    JSON.stringify({ timestamp: '2026-05-01T10:00:00.000Z', type: 'event_msg', payload })
  return [
    marked({ type: 'task_started', turn_id: `t${i}`, started_at: 5 }),
    userLine(`message ${i} of ${n}`),
    marked({ type: 'task_complete', turn_id: `t${i}`, completed_at: 6, duration_ms: 7 })
  ]
}

/** The last two in path order are so long that the second thread takes nothing else at first: the others are left to this one. */
const LONG = [59, 119]
const LONG_LINES = Array.from({ length: 9 }, () =>
  JSON.stringify({
    timestamp: '2026-05-01T10:00:00.000Z',
    type: 'response_item',
    payload: { type: 'function_call_output', call_id: 'c', output: 'x'.repeat(1024 * 1024) }
  })
)

const makeHome = (): string => {
  const home = emptyHome()
  for (let n = 0; n < THREADS; n++) {
    const turns = Array.from({ length: 60 }, (_, i) => turn(n, i)).flat()
    writeRollout(
      path(home, n),
      linesOf([metaLine(idOf(n)), ...turns, ...(LONG.includes(n) ? LONG_LINES : [])])
    )
  }
  return home
}

const BYTES = (home: string): number =>
  Array.from({ length: THREADS }, (_, n) => statSync(path(home, n)).size).reduce((a, b) => a + b, 0)

const start = (...args: ReadonlyArray<string>) => {
  const entry = join(import.meta.dirname, '../../support/backfill-entry.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let text = ''
  const waiting: Array<{ readonly dots: number; readonly resolve: () => void }> = []
  const dots = (): number => /^\.*/.exec(text)?.[0].length ?? 0
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    for (const one of waiting) if (dots() >= one.dots) one.resolve()
  })
  const closed = once(child, 'close')
  return {
    child,
    closed,
    /** Resolves when it has printed this many dots. */
    printed: (count: number): Promise<void> =>
      new Promise((resolve) => {
        waiting.push({ dots: count, resolve })
        if (dots() >= count) resolve()
      }),
    told: async (): Promise<Readonly<Record<string, number>>> => {
      await closed
      return JSON.parse(text.slice(dots())) as Record<string, number>
    }
  }
}

const profile = eraOf('0.169', false)
const envOver = (home: string, index: Index): Env => ({
  store: jsonlStore({ home, profile, strict: false }),
  index,
  profile,
  strict: false
})

/** Every row that rollouts make, in order. */
const content = (index: Index) => {
  const tables = index
    .keys([''], ['\u{10ffff}'])
    .flatMap((key) => (Array.isArray(key) ? [key[0]] : []))
  return [...new Set(tables)]
    .filter((table) => !/^(?:generation|stamps)$|\.(?:folders|backfill)$/.test(String(table)))
    .flatMap((table) =>
      index.range([String(table), ''], [String(table), '\u{10ffff}'], Infinity, false)
    )
}

const infosOf = async (env: Env): Promise<ReadonlyArray<StreamInfo>> =>
  (await right(async () => env.store.list())).streams

describe('the backfill of a home', () => {
  let home = ''
  let folder = ''
  let expected: ReturnType<typeof content> = []
  const index = (): string => join(folder, 'index')
  const go = (): string => join(folder, 'go')
  before(async () => {
    home = makeHome()
    const fresh = memoryIndex()
    const env = envOver(home, fresh)
    for (const models of GROUPS_OF_THREADS)
      await catchUpAll({ ...env, models }, await infosOf(env), [], () => undefined)
    expected = content(fresh)
  })
  after(() => removeFolder(home))
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => removeFolder(folder))

  const inIndex = async <A>(use: (index: Index) => A | Promise<A>): Promise<A> => {
    const opened = openLmdbIndex(index())
    try {
      return await use(opened)
    } finally {
      await opened.close()
    }
  }
  const leaseIn = (opened: Index): BackfillLease | null =>
    (opened.get([`${checkpointsOf(envOver(home, opened))}.backfill`]) as
      | BackfillLease
      | undefined) ?? null

  it('is done once when two processes want it, and the second one reads nothing', async () => {
    // Right after its first transaction, before the index is sealed.
    const first = start(home, index(), String(THREADS + 46), go())
    await first.printed(THREADS + 46)
    const second = start(home, index())
    await second.printed(1) // it is told how far the first one is, so it waits
    writeFileSync(go(), '')
    expect(await first.told()).to.deep.equal({
      bytes: 2 * BYTES(home),
      'lease taken': 2
    })
    expect(await second.told()).to.deep.equal({ 'wait ended': 1 })
    await inIndex((opened) => {
      expect(content(opened)).to.deep.equal(expected)
      expect(leaseIn(opened)).to.equal(null)
    })
  })

  it('keeps nobody from a thread: it is read while another process holds the lease', async () => {
    const first = start(home, index(), String(THREADS + 20), go())
    await first.printed(THREADS + 20)
    await withEngine({ home, index: index() }, async (engine) => {
      for (const n of [1, 60, THREADS - 1]) {
        const { turns } = await right(engine.readThread(idOf(n), true))
        expect(turns).to.have.length(60)
      }
    })
    await inIndex((opened) =>
      expect(leaseIn(opened)).to.deep.include({ total: THREADS, bytesTotal: BYTES(home) })
    )
    writeFileSync(go(), '')
    // The three threads were read before it came to them; the others of their transaction were not read twice.
    const { bytes = 0 } = await first.told()
    expect(bytes).to.be.at.most(2 * BYTES(home))
    await inIndex((opened) => expect(content(opened)).to.deep.equal(expected))
  })

  it('goes on where a killed process was, without a byte of what was finished', async () => {
    const killed = start(home, index(), String(THREADS + 60), go(), 'alone')
    await killed.printed(THREADS + 60)
    killed.child.kill('SIGKILL')
    await killed.closed
    const read = await inIndex(async (opened) => {
      const env = envOver(home, opened)
      const places = (await infosOf(env)).map(({ streamId }) => checkpointOf(env, streamId))
      return places.reduce((sum, one) => sum + (one?.next.offset ?? 0), 0)
    })
    expect(read).to.be.greaterThan(0)
    const next = start(home, index())
    const { bytes = 0, ...leases } = await next.told()
    expect(bytes).to.equal(BYTES(home) - read)
    expect(leases).to.deep.equal({ 'lease taken_over': 1 })
    await inIndex((opened) => expect(content(opened)).to.deep.equal(expected))
  })

  it('leaves the index of a first look after kills at any moment', async () => {
    for (let seed = 1; seed <= KILLS; seed++) {
      const killed = start(home, index())
      await killed.printed((seed * 97) % (2 * THREADS))
      killed.child.kill('SIGKILL')
      await killed.closed
    }
    await start(home, index()).told()
    await inIndex((opened) => {
      expect(content(opened)).to.deep.equal(expected)
      expect(leaseIn(opened)).to.equal(null)
    })
  }).timeout(KILLS * 20_000 + 60_000)

  it('takes no lease when nothing or little is to be read', async () => {
    await start(home, index()).told()
    expect(await start(home, index()).told()).to.deep.equal({})
    const grown = path(home, 5)
    const before = readFileSync(grown)
    try {
      appendRollout(grown, linesOf(turn(5, 60)))
      const told = await start(home, index()).told()
      expect(told).to.deep.equal({ bytes: 2 * linesOf(turn(5, 60)).length })
    } finally {
      writeFileSync(grown, before)
    }
  })
})
