// Nothing undamaged is hidden: threads that continue each other over several files, 2,000 times damaged in one to
// three ways. What must still be shown is known from before the damage (test/support/lineage-mutations.ts): a turn
// is undamaged when every line that began it, ended it or made an item of it still stands as it was written, in the
// file a reader looks at.
//
// What cannot be expected, because no file says it any longer:
//  - turns of a thread that no readable first line names: a fork whose first line is torn, or whose only file is
//    gone, does not say whose history it continued (`kinOf`);
//  - lines of an archived file while a live one of the same name exists: as for Codex, the live one counts;
//  - lines of a newer segment in the archive while an older one is live: as for Codex, the live one is the head.
import { expect } from 'chai'
import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Engine } from '../../adapters/library.ts'
import type { Turn } from '../../domain/protocol.ts'
import { right, walk, withEngine } from '../support/engines.ts'
import { removeFolder } from '../support/fixture-home.ts'
import {
  below,
  clearHome,
  historyOf,
  madeFiles,
  MUTATIONS,
  oneOf,
  recordedFiles,
  textOf,
  turnsIn,
  untouched,
  writeHome,
  type Damaged,
  type DamagedHome,
  type Expected,
  type File,
  type Random
} from '../support/lineage-mutations.ts'
import { random } from '../support/random.ts'
import { emptyHome } from '../support/rollouts.ts'

const SEEDS = 2000
/** Paging takes many questions, so fewer homes are paged through. */
const PAGED_SEEDS = 200
/** One in this many seeds damages a recorded home; those are larger. */
const RECORDED_EVERY = 16
const RECORDED = [
  'fork-rollback-169',
  'walk-1-169',
  'agents-169',
  'compaction-169',
  'live-169',
  'plugin-169',
  'errors-169',
  'review-169'
].map(recordedFiles)

const isLive = ({ path }: Damaged): boolean => path.startsWith('sessions/')

/** The file of each segment a reader looks at. */
const countedIn = (home: DamagedHome): ReadonlyMap<File, Damaged> => {
  const counted = new Map<File, Damaged>()
  for (const file of home) {
    if (isLive(file) || !counted.has(file.origin)) counted.set(file.origin, file)
  }
  return counted
}

/** The newest file of each thread by its name; archived ones count where no live one is left. */
const headsIn = (counted: Iterable<Damaged>): ReadonlyMap<string, Damaged> => {
  const heads = new Map<string, Damaged>()
  for (const file of counted) {
    const { thread } = file.origin
    const other = heads.get(thread)
    const isNewer =
      other === undefined ||
      (isLive(file) === isLive(other) ? basename(file.path) > basename(other.path) : isLive(file))
    if (isNewer) heads.set(thread, file)
  }
  return heads
}

/** The threads that the readable first lines of a thread's files name, and those that theirs name. */
const kinOf = (thread: string, counted: ReadonlyMap<File, Damaged>): ReadonlySet<string> => {
  const kin = new Set([thread])
  for (let size = 0; size !== kin.size;) {
    size = kin.size
    for (const { origin, pieces } of counted.values()) {
      const [first] = pieces
      if (!kin.has(origin.thread) || first === undefined) continue
      const isRead = first.line === 0
      if ((isRead || first.lies === true) && origin.forkedFrom !== null) kin.add(origin.forkedFrom)
      if (isRead && origin.base !== null && counted.has(origin.base.file))
        kin.add(origin.base.file.thread)
    }
  }
  return kin
}

const linesLeft = (file: Damaged): ReadonlySet<number> =>
  new Set(file.pieces.flatMap(({ line }) => line ?? []))

/** The turns that must be shown. */
const undamaged = (head: Damaged, counted: ReadonlyMap<File, Damaged>): ReadonlyArray<Expected> => {
  const kin = kinOf(head.origin.thread, counted)
  const left = new Map([...counted].map(([origin, file]) => [origin, linesLeft(file)]))
  return turnsIn(head.origin).filter(({ spots }) =>
    spots.every(({ file, at }) => kin.has(file.thread) && left.get(file)?.has(at) === true)
  )
}

/** True when the first base in a history that is not as its child says must be reported. */
const isBroken = (head: Damaged, counted: ReadonlyMap<File, Damaged>): boolean => {
  for (let child = head; child.origin.base !== null;) {
    const [first] = child.pieces
    if (first?.lies === true) return true
    // A torn first line names no base; the numbers behind it do, where there are any.
    if (first?.line !== 0) return linesLeft(child).size > 0
    const { file, lines } = child.origin.base
    const base = counted.get(file)
    if (base === undefined) return true
    const before = file.lines.slice(0, lines).map(({ text }) => `${text}\n`)
    const bytes = Buffer.byteLength(before.join(''))
    const now = Buffer.from(textOf(base))
    if (now.length < bytes || now[bytes - 1] !== 10) return true
    const last = Buffer.from(before[lines - 1] ?? '')
    if (!now.subarray(0, bytes).subarray(-last.length).equals(last)) return false
    child = base
  }
  return false
}

const SOURCES = ['cli', 'vscode', 'exec', 'appServer', 'subAgent', 'unknown'] as const

/** Items the model's calls alone tell are unroll's own. */
const idsOf = (turn: Turn): ReadonlyArray<string> =>
  turn.items.filter(({ certainty }) => certainty === undefined).map(({ id }) => id)

/** Pages of turns say what the whole read says. */
const checkPages = async (
  engine: Engine,
  id: string,
  turns: ReadonlyArray<Turn>
): Promise<void> => {
  for (const sortDirection of ['asc', 'desc'] as const) {
    const page = { limit: 2, itemsView: 'full', sortDirection } as const
    const found = await walk((cursor) => engine.listTurns(id, { ...page, cursor }))
    const pages = sortDirection === 'asc' ? found : [...found].reverse()
    expect(pages, `pages of ${id}, ${sortDirection}`).to.deep.equal(turns)
  }
}

const checkItems = async (
  engine: Engine,
  id: string,
  demanded: ReadonlyArray<Expected>
): Promise<void> => {
  for (const sortDirection of ['asc', 'desc'] as const) {
    const found = await walk((cursor) => engine.listItems(id, { limit: 3, cursor, sortDirection }))
    const items = sortDirection === 'asc' ? found : [...found].reverse()
    for (const turn of demanded) {
      const own = items.filter(({ turnId }) => turnId === turn.id)
      const ids = own.map(({ item }) => item.id).filter((one) => turn.items.includes(one))
      expect(ids, `items of ${turn.id} of ${id}, ${sortDirection}`).to.deep.equal(turn.items)
    }
  }
}

const checkThread = async (
  engine: Engine,
  head: Damaged,
  counted: ReadonlyMap<File, Damaged>
): Promise<number> => {
  const id = head.origin.thread
  const { turns } = await right(engine.readThread(id, true))
  const damage = await right(engine.damage(id))
  const demanded = undamaged(head, counted)
  const ids = new Set(turns.map((turn) => turn.id))
  const view = ({ id: turnId, status, items }: Expected) => ({
    ...{ id: turnId, status: status ?? 'interrupted', items }
  })
  const isTold = damage.some(({ reason }) => reason.startsWith('base_'))
  const wanted = new Map(demanded.map((turn) => [turn.id, new Set(turn.items)]))
  // Where the base is not known for sure, items a turn got behind the cut are shown too.
  const isAsked = (turn: string) => (item: string) =>
    !isTold || wanted.get(turn)?.has(item) === true
  const shown = turns
    .filter((turn) => wanted.has(turn.id))
    .map((turn) => ({
      ...{ id: turn.id, status: turn.status, items: idsOf(turn).filter(isAsked(turn.id)) }
    }))
  expect(shown, `turns of ${id}`).to.deep.equal(demanded.map(view))
  expect(ids.size, `turns of ${id} shown twice`).to.equal(turns.length)
  if (isBroken(head, counted)) expect(isTold, `base of ${id} reported`).to.equal(true)
  if (!isTold) {
    const own = new Set(historyOf(head.origin).map(({ file, at }) => file.lines[at]?.fact?.turn))
    const foreign = turns.filter((turn) => !own.has(turn.id)).map((turn) => turn.id)
    expect(foreign, `turns of others in ${id}`).to.deep.equal([])
  }
  return demanded.length
}

const checkPaged: typeof checkThread = async (engine, head, counted) => {
  const id = head.origin.thread
  const demanded = undamaged(head, counted)
  await checkPages(engine, id, (await right(engine.readThread(id, true))).turns)
  await checkItems(engine, id, demanded)
  return demanded.length
}

/** Damages a home by the seed; answers how. */
const damaged = (files: ReadonlyArray<File>, next: Random): [DamagedHome, Array<string>] => {
  const home = untouched(files)
  const how: Array<string> = []
  for (let n = 1 + below(next, 3); n > 0; n--) {
    const name = oneOf(next, Object.keys(MUTATIONS))
    const what = MUTATIONS[name]?.(home, next) ?? null
    if (what !== null) how.push(`${name} (${what})`)
  }
  return [home, how]
}

/** Reads the damaged home of a seed; returns how many turns it had to show. */
const run = async (seed: number, folder: string, check: typeof checkThread): Promise<number> => {
  const next = random(seed)
  const isRecorded = seed % RECORDED_EVERY === 0
  const files = isRecorded ? oneOf(next, RECORDED) : madeFiles(next)
  const [home, how] = damaged(files, next)
  writeHome(folder, home)
  try {
    return await withEngine({ home: folder, profile: '0.169' }, async (engine) => {
      const counted = countedIn(home)
      const all = { sourceKinds: SOURCES, modelProviders: [], limit: 100 }
      for (const archived of [false, true]) await right(engine.listThreads({ ...all, archived }))
      let turns = 0
      for (const head of headsIn(counted.values()).values())
        turns += await check(engine, head, counted)
      return turns
    })
  } catch (cause) {
    const reason = cause instanceof Error ? cause : new Error(String(cause))
    reason.message = `seed ${String(seed)}, ${how.join(', ')}: ${reason.message}`
    throw reason
  } finally {
    clearHome(folder, home)
  }
}

const runAll = async (seeds: number, check: typeof checkThread): Promise<void> => {
  const folder = emptyHome()
  for (const root of ['sessions', 'archived_sessions']) mkdirSync(join(folder, root))
  let turns = 0
  try {
    for (let seed = 0; seed < seeds; seed++) turns += await run(seed, folder, check)
  } finally {
    removeFolder(folder)
  }
  // The oracle must have something to ask for.
  expect(turns).to.be.greaterThan(seeds * 5)
}

describe('damaged lineages', () => {
  it('never hide an undamaged turn', () => runAll(SEEDS, checkThread)).timeout(600_000)

  it('page as they are read at once', () => runAll(PAGED_SEEDS, checkPaged)).timeout(600_000)
})
