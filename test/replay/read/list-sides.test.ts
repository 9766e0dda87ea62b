// A list by creation time looks at folders, not at files. A thread that another process archived or brought back is on the
// right side of it all the same, whoever asks: a process that saw it before, one that began with its folders, and a node
// of a store.
import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, utimesSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { memoryIndex } from '../../../adapters/index/memory/index.ts'
import type { Engine } from '../../../replay/engine.ts'
import { right, openedEngine } from '../../support/engines.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { memoryWire } from '../../support/memory-wire.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../support/rollouts.ts'
import { storeEngine } from '../../support/store-engine.ts'
import { storeHome } from '../../support/stored-home.ts'

const THREADS = [1, 2, 3, 4]
const OLD_S = 1e9

const archivedPath = (home: string, n: number): string =>
  join(home, 'archived_sessions', basename(rolloutPath(home, idOf(n), n)))

/** Folders that changed this second are looked at again anyway. */
const age = (home: string): void => {
  const day = dirname(rolloutPath(home, idOf(1), 1))
  for (let folder = day; folder !== home; folder = dirname(folder)) utimesSync(folder, OLD_S, OLD_S)
  if (existsSync(join(home, 'archived_sessions')))
    utimesSync(join(home, 'archived_sessions'), OLD_S, OLD_S)
}

const makeHome = (): string => {
  const home = emptyHome()
  for (const n of THREADS)
    writeRollout(rolloutPath(home, idOf(n), n), linesOf([metaLine(idOf(n)), userLine(`m ${n}`)]))
  mkdirSync(join(home, 'archived_sessions'))
  return home
}

const sides = async (engine: Engine) => {
  const idsOf = async (archived: boolean) => {
    const page = await right(engine.listThreads({ limit: 100, archived, sortDirection: 'asc' }))
    return page.data.map(({ id }) => THREADS.find((n) => idOf(n) === id))
  }
  return { active: await idsOf(false), archived: await idsOf(true) }
}

describe('a thread that another process moved', () => {
  let home = ''
  let folder = ''
  const open = () => openedEngine({ home, index: join(folder, 'index') })
  const inNewProcess = async () => {
    const engine = await open()
    try {
      return await sides(engine)
    } finally {
      await engine.close()
    }
  }
  beforeEach(() => {
    home = makeHome()
    folder = temporaryFolder()
  })
  afterEach(() => [home, folder].forEach(removeFolder))

  it('changes sides in the lists of a process that is open', async () => {
    const engine = await open()
    expect(await sides(engine)).to.deep.equal({ active: THREADS, archived: [] })
    renameSync(rolloutPath(home, idOf(2), 2), archivedPath(home, 2))
    expect(await sides(engine)).to.deep.equal({ active: [1, 3, 4], archived: [2] })
    renameSync(archivedPath(home, 2), rolloutPath(home, idOf(2), 2))
    expect(await sides(engine)).to.deep.equal({ active: THREADS, archived: [] })
    await engine.close()
  })

  it('changes sides in the lists of a process that began with the folders of another', async () => {
    age(home)
    await inNewProcess()
    await inNewProcess() // folded nothing, so it remembered the folders
    renameSync(rolloutPath(home, idOf(3), 3), archivedPath(home, 3))
    age(home)
    expect(await inNewProcess()).to.deep.equal({ active: [1, 2, 4], archived: [3] })
    expect(await inNewProcess()).to.deep.equal({ active: [1, 2, 4], archived: [3] })
    renameSync(archivedPath(home, 3), rolloutPath(home, idOf(3), 3))
    age(home)
    expect(await inNewProcess()).to.deep.equal({ active: THREADS, archived: [] })
  })

  it('changes sides when the list of the other side is the first one asked for', async () => {
    await inNewProcess()
    renameSync(rolloutPath(home, idOf(1), 1), archivedPath(home, 1))
    const engine = await open()
    const page = await right(engine.listThreads({ archived: true }))
    expect(page.data.map(({ id, path }) => [id, path])).to.deep.equal([
      [idOf(1), archivedPath(home, 1)]
    ])
    await engine.close()
  })

  it('changes sides in the lists of a server that follows the folders, whenever another process moves it', async () => {
    const server = await openedEngine({ home, index: join(folder, 'index'), follows: true })
    expect(await sides(server)).to.deep.equal({ active: THREADS, archived: [] })
    const move = (from: string, to: string): void =>
      void execFileSync(process.execPath, [
        '-e',
        `fs.renameSync(...process.argv.slice(1))`,
        from,
        to
      ])
    for (const n of [2, 3, 2, 3]) {
      move(rolloutPath(home, idOf(n), n), archivedPath(home, n))
      expect(await sides(server)).to.deep.equal({
        active: THREADS.filter((one) => one !== n),
        archived: [n]
      })
      move(archivedPath(home, n), rolloutPath(home, idOf(n), n))
      expect(await sides(server)).to.deep.equal({ active: THREADS, archived: [] })
    }
    await server.close()
  })

  it('changes sides in the lists of a node that shares the index of the one that moved it', async () => {
    const wire = memoryWire()
    await storeHome(wire, home)
    const index = memoryIndex()
    const one = storeEngine(wire, home, { index })
    const other = storeEngine(wire, home, { index })
    for (const n of [1, 4, 1]) {
      expect(await sides(other)).to.deep.equal({ active: THREADS, archived: [] })
      await right(one.archive(idOf(n)))
      expect(await sides(other)).to.deep.equal({
        active: THREADS.filter((each) => each !== n),
        archived: [n]
      })
      expect(await sides(storeEngine(wire, home, { index }))).to.deep.equal(await sides(other))
      await right(one.unarchive(idOf(n)))
    }
    await Promise.all([one.close(), other.close()])
  })

  it('is on its side in the list of archived threads that is the first one of a new node', async () => {
    const wire = memoryWire()
    await storeHome(wire, home)
    const one = storeEngine(wire, home)
    const other = storeEngine(wire, home)
    const archivedOf = async (engine: Engine) =>
      (await right(engine.listThreads({ archived: true }))).data.map(({ id }) => id)
    expect(await archivedOf(other)).to.deep.equal([])
    await right(one.archive(idOf(3)))
    expect(await archivedOf(other)).to.deep.equal([idOf(3)])
    expect(await archivedOf(storeEngine(wire, home))).to.deep.equal([idOf(3)])
    await Promise.all([one.close(), other.close()])
  })

  it('changes sides in the lists of another node of a store', async () => {
    const wire = memoryWire()
    await storeHome(wire, home)
    const one = storeEngine(wire, home)
    const other = storeEngine(wire, home)
    expect(await sides(other)).to.deep.equal({ active: THREADS, archived: [] })
    await right(one.archive(idOf(2)))
    expect(await sides(other)).to.deep.equal({ active: [1, 3, 4], archived: [2] })
    await right(one.unarchive(idOf(2)))
    expect(await sides(other)).to.deep.equal({ active: THREADS, archived: [] })
    await Promise.all([one.close(), other.close()])
  })
})
