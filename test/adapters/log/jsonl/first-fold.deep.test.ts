// The first fold of a large home uses a second thread; whether it does, fails or dies, the index is the same.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import { foldAside } from '../../../../adapters/log/jsonl/fold-aside.ts'
import { jsonlStore } from '../../../../adapters/log/jsonl/store.ts'
import { memoryIndex } from '../../../../adapters/index/memory/index.ts'
import { DEFAULT_PROFILE, eraOf } from '../../../../domain/log/profile.ts'
import { catchUpAll } from '../../../../replay/catch-up/fold-many.ts'
import { createEngine } from '../../../../replay/engine.ts'
import { tableOf, THREADS as GROUP, viewName } from '../../../../projections/catalogue.ts'
import { GROUPS } from '../../../../projections/ledgers.ts'
import { threads } from '../../../../projections/threads.ts'
import type { EventStore, Index, StreamInfo } from '../../../../replay/ports.ts'
import {
  catchUp,
  type Env,
  type FoldAside,
  type FoldedPart
} from '../../../../replay/catch-up/project.ts'
import { FIXTURES, removeFolder } from '../../../support/fixture-home.ts'
import { right } from '../../../support/engines.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../../support/rollouts.ts'
import { NO_WRITER } from '../../../support/no-writer.ts'
import { rowsIn } from '../../../support/index-rows.ts'

const THREADS = 70

const failing = (path: string): never => {
  throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read', path })
}

describe('the first fold of a large home', () => {
  let home = ''
  let infos: ReadonlyArray<StreamInfo> = []
  let expected: ReturnType<typeof rowsIn> = []
  const env = (index: Index, aside?: FoldAside): Env => ({
    store: jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false }),
    index,
    profile: DEFAULT_PROFILE,
    strict: false,
    models: GROUP,
    ...(aside === undefined ? {} : { foldAside: aside })
  })
  const folded = async (aside: FoldAside) => {
    const index = memoryIndex()
    const told: Array<number> = []
    const done = await catchUpAll(env(index, aside), infos, [], (count) => told.push(count))
    expect(done).to.deep.equal(E.right([]))
    return { rows: rowsIn(index), told: told.at(-1) }
  }
  before(async () => {
    home = emptyHome()
    for (let n = 0; n < THREADS; n++) {
      // One long rollout, so that its rows take more than one transaction.
      const messages = Array.from({ length: n === 60 ? 9000 : 3 }, (_, i) =>
        userLine(`message ${i}`)
      )
      writeRollout(rolloutPath(home, idOf(n), n % 60), linesOf([metaLine(idOf(n)), ...messages]))
    }
    const alone = memoryIndex()
    const listed = env(alone).store.list()
    if (E.isLeft(listed)) throw new Error('the home cannot be listed')
    infos = listed.right.streams
    for (const info of infos) await catchUp(env(alone), info)
    expected = rowsIn(alone)
  })
  after(() => removeFolder(home))

  it('leaves the same rows with a second thread as one stream after the other', async () => {
    const second = foldAside({ home, profile: DEFAULT_PROFILE.name, strict: false })('threads')
    const shares: Array<boolean> = []
    const { rows, told } = await folded(async (batch, deliver) => {
      const done = await second(batch, deliver)
      shares.push(done)
      return done
    })
    expect(new Set(shares)).to.deep.equal(new Set([true]))
    expect(rows).to.deep.equal(expected)
    expect(told).to.equal(THREADS)
  })

  it('sends only streams the index has never seen to the second thread', async () => {
    const index = memoryIndex()
    const seen = infos.slice(-3)
    for (const info of seen) {
      await catchUp(env(index), { ...info, modifiedAtMs: info.modifiedAtMs - 1 })
    }
    const sent: Array<string> = []
    const aside: FoldAside = async (batch) => {
      sent.push(...batch.map(({ streamId }) => streamId))
      return false
    }
    await catchUpAll(env(index, aside), infos, [], () => undefined)
    expect(sent.length).to.be.greaterThan(0)
    expect(sent.filter((id) => seen.some(({ streamId }) => streamId === id))).to.deep.equal([])
    expect(rowsIn(index)).to.deep.equal(expected)
  })

  it('does the work itself when the second thread cannot', async () => {
    expect((await folded(async () => false)).rows).to.deep.equal(expected)
  })

  it('does the work itself when the second thread dies on a profile it does not know', async () => {
    const dying = foldAside({ home, profile: 'none' as '0.142', strict: false })('threads')
    expect((await folded(dying)).rows).to.deep.equal(expected)
  })

  it('leaves out what cannot be read, and says so when asked for it', async () => {
    const path = rolloutPath(home, idOf(1), 1)
    const unreadable = env(memoryIndex())
    const whole = unreadable.store
    const store: EventStore = {
      ...whole,
      read: (info, from, wanted) =>
        info.streamId === idOf(1) ? failing(path) : whole.read(info, from, wanted)
    }
    const done = await catchUpAll({ ...unreadable, store }, infos, [], () => undefined)
    expect(done).to.deep.equal(
      E.right([{ threadId: idOf(1), path, reason: 'EIO: i/o error, read' }])
    )
    const table = tableOf(threads, viewName(DEFAULT_PROFILE, false))
    const rows = unreadable.index.range([table], [table, '\u{10ffff}'], 1000, false)
    expect(rows).to.have.length(THREADS - 1)
  })
})

describe('the second thread', () => {
  // This home has threads of several files: the audit trail folds each file by itself.
  const home = join(FIXTURES, 'homes', 'compaction-169', 'home')
  const profile = eraOf('0.169', false)
  for (const models of GROUPS)
    it(`adds the rows of one stream after the other to the group ${models.name}`, async () => {
      const { name, byFile = false } = models
      const store = jsonlStore({ home, profile, strict: false, byFile })
      const { streams: infos } = await right(async () => store.list())
      const alone = memoryIndex()
      for (const info of infos)
        await catchUp({ store, index: alone, profile, strict: false, models }, info)
      const second = foldAside({ home, profile: profile.name, strict: false })(name)
      const aside = memoryIndex()
      const parts: Array<FoldedPart> = []
      expect(await second(infos, (part) => parts.push(part))).to.equal(true)
      for (const { writes } of parts) await aside.commit(writes, [])()
      expect(rowsIn(aside)).to.deep.equal(rowsIn(alone))
      expect(rowsIn(aside).length).to.be.greaterThan(2 * infos.length)
    })
})

describe('a rollout that cannot be read', () => {
  it('is an answer with the path and the reason, and counted', async () => {
    const home = emptyHome()
    const path = rolloutPath(home, idOf(1))
    writeRollout(path, linesOf([metaLine(idOf(1)), userLine('x')]))
    const whole = jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false })
    const store: EventStore = { ...whole, read: () => failing(path) }
    const engine = createEngine({
      writer: NO_WRITER,
      ...{ store, index: memoryIndex(), profile: DEFAULT_PROFILE, strict: false },
      ...{
        names: { all: () => new Map(), nameOf: () => null },
        defaultProvider: 'mock',
        progress: () => undefined
      }
    })
    expect(await engine.readThread(idOf(1), true)()).to.deep.equal(
      E.left({
        ...{ _tag: 'IoFailure', operation: 'read', path },
        ...{ cause: 'EIO: i/o error, read', systemCode: 'EIO' }
      })
    )
    expect(await right(engine.status())).to.deep.include({
      threads: 1,
      unreadable: 1,
      unreadableFiles: [{ threadId: idOf(1), path, reason: 'EIO: i/o error, read' }]
    })
    removeFolder(home)
  })
})
