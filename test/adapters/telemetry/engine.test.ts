// What an engine tells about itself: every number here follows from what was done to the home before.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { copyFileSync, mkdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { streamId } from '../../../domain/ids.ts'
import { PROFILES } from '../../../domain/log/profile.ts'
import type { StoreError } from '../../../domain/errors.ts'
import { jsonlStore } from '../../../adapters/log/jsonl/store.ts'
import { tryLock } from '../../../adapters/log/jsonl/writer-lock.ts'
import { memoryIndex } from '../../../adapters/index/memory/index.ts'
import { measuredIndex, measuredStore } from '../../../adapters/telemetry/measured.ts'
import { createEngine, type Engine } from '../../../replay/engine.ts'
import { IndexDamage, type Index } from '../../../replay/ports.ts'
import { ID, said } from '../../support/appending.ts'
import { right, withEngine } from '../../support/engines.ts'
import { FIXTURES, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { numbers, tickingMeter } from '../../support/numbers.ts'
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
import { openEngine } from '../../../adapters/library.ts'
import { NO_WRITER } from '../../support/no-writer.ts'

const THREADS = 5
const LINES = [metaLine(idOf(1)), userLine('a'), userLine('b')]
/** Rows of lists and of turns are folded apart. */
const GROUPS = 2

describe('the numbers of an engine', () => {
  let home = ''
  let folder = ''
  beforeEach(() => {
    home = emptyHome()
    folder = temporaryFolder()
    for (let n = 1; n <= THREADS; n++)
      writeRollout(rolloutPath(home, idOf(n)), linesOf([metaLine(idOf(n)), ...LINES.slice(1)]))
  })
  afterEach(() => [home, folder].forEach(removeFolder))

  const bytesOf = (lines: ReadonlyArray<string>): number => Buffer.byteLength(linesOf(lines))
  const during = async (
    use: (engine: Engine) => Promise<unknown>,
    ...about: ReadonlyArray<string>
  ) => {
    const telemetry = tickingMeter()
    await withEngine({ home, index: join(folder, 'index'), telemetry }, use)
    return numbers(telemetry, ...about)
  }
  const list = (engine: Engine) => right(engine.listThreads({}))
  const read = (engine: Engine) => right(engine.readThread(idOf(1), true))
  /** An engine over an index of the test's own, which fails as the test wants. */
  const over = (index: Index, telemetry = tickingMeter()) => {
    const profile = PROFILES['0.142']
    const store = measuredStore(jsonlStore({ home, profile, strict: false, telemetry }), telemetry)
    const engine = createEngine({
      writer: NO_WRITER,
      store,
      index: measuredIndex(index, telemetry),
      profile,
      strict: false,
      telemetry,
      names: { all: () => new Map(), nameOf: () => null },
      defaultProvider: 'mock',
      progress: () => undefined
    })
    return { engine, telemetry }
  }

  it('tell of the backfill of a new index: its threads, lines and bytes', async () => {
    const told = await during(list, 'index.open', 'backfill', 'fold', 'catch_up')
    expect(told).to.deep.equal({
      'index.open.duration created': 1,
      'backfill.duration done': 1,
      'backfill.threads': THREADS,
      'fold.duration start': THREADS,
      'fold.bytes start': THREADS * bytesOf(LINES),
      'fold.lines start': THREADS * LINES.length
    })
  })

  it('tell of the same backfill when a second thread shares the work', async () => {
    const many = 80
    for (let n = THREADS + 1; n <= many; n++)
      writeRollout(rolloutPath(home, idOf(n)), linesOf([metaLine(idOf(n)), ...LINES.slice(1)]))
    expect(await during(list, 'backfill', 'fold', 'read')).to.deep.equal({
      'backfill.duration done': 1,
      'backfill.lease taken': 1,
      'backfill.threads': many,
      'fold.duration start': many,
      'fold.bytes start': many * bytesOf(LINES),
      'fold.lines start': many * LINES.length
    })
  })

  it('tell of no backfill at a second start', async () => {
    await during(list)
    expect(await during(list, 'index', 'backfill', 'fold', 'repairs')).to.deep.equal({
      'index.open.duration as_left': 1
    })
  })

  it('tell that a thread was as new as its file, or behind it, and what was read then', async () => {
    await during(read)
    const more = [userLine('c'), userLine('d')]
    const told = await during(
      async (engine) => {
        await read(engine)
        appendRollout(rolloutPath(home, idOf(1)), linesOf(more))
        await read(engine)
      },
      'catch_up',
      'fold'
    )
    expect(told).to.deep.equal({
      'catch_up.checks current': 1,
      'catch_up.checks behind': 1,
      'fold.duration checkpoint': GROUPS,
      'fold.bytes checkpoint': GROUPS * bytesOf(more),
      'fold.lines checkpoint': GROUPS * more.length
    })
  })

  it('tell that a thread whose file is another one now was folded again', async () => {
    await during(read)
    const lines = [metaLine(idOf(1)), userLine('other words')]
    writeFileSync(rolloutPath(home, idOf(1)), linesOf(lines))
    expect(await during(read, 'fold')).to.deep.equal({
      'fold.duration again': GROUPS,
      // A turn without a beginning is named after its place: every line is wanted then, and its fold begins again.
      'fold.bytes again': (GROUPS + 1) * bytesOf(lines),
      'fold.lines again': (GROUPS + 1) * lines.length,
      'fold.restarts': 1
    })
  })

  it('tell what a search read of threads that were new to it, and that had grown', async () => {
    const found = (engine: Engine) => right(engine.searchThreads({ searchTerm: 'words' }))
    const [meta = '', ...said] = LINES
    expect(await during(found, 'search')).to.deep.equal({
      'search.fold.duration start': THREADS,
      'search.fold.bytes start': THREADS * bytesOf([meta, ...said]),
      'search.fold.lines start': THREADS * said.length
    })
    const more = [userLine('other words')]
    appendRollout(rolloutPath(home, idOf(2)), linesOf(more))
    expect(await during(found, 'search')).to.deep.equal({
      'search.fold.duration checkpoint': 1,
      'search.fold.bytes checkpoint': bytesOf(more),
      'search.fold.lines checkpoint': 1
    })
    expect(await during(found, 'search')).to.deep.equal({})
  })

  it('tell of damaged lines by reason', async () => {
    appendRollout(rolloutPath(home, idOf(1)), linesOf(['{', '[]', '{"']))
    expect(await during(read, 'damage')).to.deep.equal({
      'damage.lines not_json': 2,
      'damage.lines not_an_event': 1
    })
  })

  it('tell that a damaged index was replaced, and that the home was folded again', async () => {
    await during(list)
    truncateSync(join(folder, 'index', 'data.mdb'), 5000)
    expect(await during(list, 'index.open', 'repairs', 'backfill.threads')).to.deep.equal({
      'index.open.duration replaced': 1,
      'repairs index_replaced': 1,
      'backfill.threads': THREADS
    })
  })

  it('tell that an index nobody vouched for was copied', async () => {
    await during(list)
    utimesSync(join(folder, 'index', 'data.mdb'), 1, 1)
    expect(await during(list, 'index.open', 'repairs', 'backfill')).to.deep.equal({
      'index.open.duration copied': 1,
      'repairs index_copied': 1
    })
  })

  it('tell that a read began again on an emptied index', async () => {
    const index = memoryIndex()
    let isWhole = false
    const get: Index['get'] = (key) => {
      if (isWhole) return index.get(key)
      isWhole = true
      throw new IndexDamage('a page is not what was written')
    }
    const { engine, telemetry } = over({ ...index, get })
    await read(engine)
    expect(numbers(telemetry, 'read', 'repairs')).to.deep.equal({
      'read.fallback index_damaged': 1,
      'repairs index_emptied': 1
    })
  })

  it('tell that another process committed first, and that the fold was done again', async () => {
    const index = memoryIndex()
    let isFirst = true
    const commit: Index['commit'] = (writes, expected) => async () => {
      if (isFirst) {
        isFirst = false
        await read(over(index).engine)
      }
      return index.commit(writes, expected)()
    }
    const { engine, telemetry } = over({ ...index, commit })
    await read(engine)
    expect(numbers(telemetry, 'index.commit', 'fold.duration')).to.deep.equal({
      'index.commit.duration moved': 1,
      'fold.duration start': GROUPS
    })
  })

  it('tell of every use that an index in memory served, because its directory cannot be used', async () => {
    const index = join(folder, 'a file')
    writeFileSync(index, '')
    const telemetry = tickingMeter()
    const reasons: Array<StoreError['_tag']> = []
    const onUnusableIndex = (why: StoreError) => void reasons.push(why._tag)
    await withEngine({ home, index, telemetry, onUnusableIndex }, async (engine) => {
      expect((await list(engine)).data).to.have.length(THREADS)
      await read(engine)
    })
    expect(reasons).to.deep.equal(['IndexUnavailable'])
    expect(numbers(telemetry, 'index.open', 'read')).to.deep.equal({
      'index.open.duration failed': 1,
      'read.fallback index_unavailable': 2
    })
  })

  it('are a refusal to open when nobody asked for an index in memory instead', async () => {
    const index = join(folder, 'a file')
    writeFileSync(index, '')
    const telemetry = tickingMeter()
    const opened = await openEngine({ home, index, telemetry })
    expect(E.isLeft(opened) && opened.left._tag).to.equal('IndexUnavailable')
    expect(numbers(telemetry)).to.deep.equal({ 'index.open.duration failed': 1 })
  })
})

describe('the numbers of a writer', () => {
  let home = ''
  beforeEach(() => {
    home = emptyHome()
    writeRollout(rolloutPath(home, ID), linesOf(LINES))
  })
  afterEach(() => removeFolder(home))

  const store = (telemetry = tickingMeter()) => ({
    telemetry,
    append: measuredStore(
      jsonlStore({
        home,
        profile: PROFILES['0.142'],
        strict: false,
        waitMsMax: 20,
        telemetry
      }),
      telemetry
    ).append
  })

  it('tell of appended lines, their bytes, the wait for the lock and the time to put them on disk', async () => {
    const { append, telemetry } = store()
    const events = [said('c'), said('d')]
    await right(append(ID, 'any', events))
    expect(numbers(telemetry)).to.deep.equal({
      'lock.wait.duration thread taken': 1,
      'append.requests written': 1,
      'append.lines': 2,
      'append.bytes': Buffer.byteLength(linesOf(events.map((event) => JSON.stringify(event)))),
      'append.sync.duration': 1
    })
  })

  it('tell of an append that expected another revision', async () => {
    const { append, telemetry } = store()
    await append(ID, 1, [said('c')])()
    expect(numbers(telemetry, 'append')).to.deep.equal({ 'append.requests wrong_revision': 1 })
  })

  it('tell of an append that waited for another process in vain', async () => {
    const { append, telemetry } = store()
    const lock = tryLock(home, ID)
    await append(ID, 'any', [said('c')])()
    lock?.release()
    expect(numbers(telemetry)).to.deep.equal({
      'lock.wait.duration thread busy': 1,
      'append.requests busy': 1
    })
  })

  it('tell that a compressed rollout was expanded', async () => {
    const name = 'rollout-2026-11-21T07-09-43-01a1fcf0-83af-7753-9105-268919d49185.jsonl.zst'
    mkdirSync(join(home, 'archived_sessions'))
    copyFileSync(join(FIXTURES, 'compressed', name), join(home, 'archived_sessions', name))
    const { append, telemetry } = store()
    await right(append(streamId('01a1fcf0-83af-7753-9105-268919d49185'), 'any', [said('c')]))
    expect(numbers(telemetry, 'repairs')).to.deep.equal({ 'repairs rollout_expanded': 1 })
  })

  it('tell that an unfinished last line was closed', async () => {
    appendRollout(rolloutPath(home, ID), '{"half')
    const { append, telemetry } = store()
    await right(append(ID, 'any', [said('c')]))
    expect(numbers(telemetry, 'repairs', 'append.lines')).to.deep.equal({
      'repairs line_closed': 1,
      'append.lines': 1
    })
  })
})
