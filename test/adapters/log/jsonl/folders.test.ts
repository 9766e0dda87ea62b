// A process begins with the folders the one before it knew. The goal: nobody can tell, but by the time it takes. The
// method: change a home between two engines over one index, in every way a folder can change.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { jsonlStore } from '../../../../adapters/log/jsonl/store.ts'
import { streamId, type StreamId } from '../../../../domain/ids.ts'
import { eraOf } from '../../../../domain/log/profile.ts'
import type { Engine } from '../../../../replay/engine.ts'
import { findStream, type EventStore, type Membership } from '../../../../replay/ports.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import { openedEngine } from '../../../support/engines.ts'

const OLD_S = 1e9

const rolloutsOf = (home: string): ReadonlyArray<string> =>
  readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl') && path.includes('rollout-'))
    .map((path) => join(home, path))
    .sort()

/** Folders that changed this second are looked at again anyway; these tests are about those that did not. */
const age = (home: string): void => {
  for (const path of rolloutsOf(home))
    for (let folder = dirname(path); folder !== home; folder = dirname(folder))
      utimesSync(folder, OLD_S, OLD_S)
}

const archive = (home: string, path: string, name: string): void => {
  mkdirSync(join(home, 'archived_sessions'), { recursive: true })
  writeFileSync(join(home, 'archived_sessions', name), readFileSync(path))
}

const idsOf = async (engine: Engine): Promise<ReadonlyArray<string>> => {
  const listed = await engine.listThreads({ limit: 100, modelProviders: [], sourceKinds: [] })()
  if (E.isLeft(listed)) throw new Error(JSON.stringify(listed.left))
  return listed.right.data.map(({ id }) => id).sort()
}

const membershipOf = ({ changes }: EventStore): Membership => {
  const found = changes()
  if (E.isLeft(found) || found.right === null) throw new Error('the home cannot be listed')
  return found.right
}
const idsIn = (store: EventStore) => membershipOf(store).ids
const tokenOf = (store: EventStore): unknown =>
  JSON.parse(JSON.stringify(membershipOf(store).token()))

describe('the folders a process knew', () => {
  let home = ''
  let index = ''
  let before: ReadonlyArray<string> = []
  const open = (): Promise<Engine> => openedEngine({ home, index, profile: '0.142' })
  const listOnce = async (): Promise<ReadonlyArray<string>> => {
    const engine = await open()
    try {
      return await idsOf(engine)
    } finally {
      await engine.close()
    }
  }

  beforeEach(async () => {
    home = copyHome('basic-142')
    index = temporaryFolder()
    age(home)
    await listOnce()
    before = await listOnce() // the first one folded everything, so this one is the first that remembers
    expect(before.length).to.be.greaterThan(1)
  })
  afterEach(() => [home, index].forEach(removeFolder))

  it('are not listed again when they are the same', () => {
    const store = () => jsonlStore({ home, profile: eraOf('0.142', false), strict: false })
    const first = store()
    const token = tokenOf(first)
    const second = store()
    expect(second.changes(token)).to.deep.equal(E.right(null))
    expect(idsIn(second)).to.deep.equal(idsIn(first))
    expect(second.list()).to.deep.equal(first.list())
  })

  const storeOf = () => jsonlStore({ home, profile: eraOf('0.169', false), strict: false })
  const first = (): string => rolloutsOf(home)[0] ?? ''
  const idIn = (path: string): StreamId => streamId(path.slice(-'.jsonl'.length - 36, -6))
  const homes: ReadonlyArray<readonly [string, () => void]> = [
    ['each thread is one file', () => undefined],
    ['a thread is archived and live', () => archive(home, first(), basename(first()))],
    [
      'an id is in capitals',
      () =>
        archive(
          home,
          first(),
          basename(first()).replace(idIn(first()), (id) => id.toUpperCase())
        )
    ],
    [
      'a thread has a second segment',
      () => {
        const name = basename(first(), '.jsonl')
        const path = join(dirname(first()), `${name}_01a1fcf0-0000-7000-8000-000000000001.jsonl`)
        writeFileSync(path, readFileSync(first()))
      }
    ]
  ]
  for (const [what, make] of homes)
    it(`find each thread where it is, when ${what}`, () => {
      const id = idIn(first())
      make()
      age(home)
      const one = storeOf()
      const ids = idsIn(one)
      expect(ids).to.include(id)
      const asked = [...ids, streamId(''), streamId('1'), streamId(ids[0]?.slice(1) ?? '')]
      const other = storeOf()
      other.changes(tokenOf(one))
      for (const each of asked) expect(findStream(other, each)).to.deep.equal(findStream(one, each))
      expect(ids.map(other.segments)).to.deep.equal(ids.map(one.segments))
    })

  it('give the next process the same list', async () => {
    expect(await listOnce()).to.deep.equal(before)
  })

  it('do not hide a rollout that came', async () => {
    const [one = ''] = rolloutsOf(home)
    const other = copiedAs(one, '01a1fcf0-0000-7000-8000-000000000001')
    expect(await listOnce()).to.deep.equal([...before, other].sort())
  })

  it('do not show a rollout that went', async () => {
    const [one = ''] = rolloutsOf(home)
    rmSync(one)
    expect(await listOnce()).to.have.length(before.length - 1)
  })

  it('are not trusted when another folder stands in the place of one, with the same time', async () => {
    const [one = ''] = rolloutsOf(home)
    const folder = dirname(one)
    renameSync(folder, join(home, 'elsewhere'))
    mkdirSync(folder)
    utimesSync(folder, OLD_S, OLD_S)
    utimesSync(dirname(folder), OLD_S, OLD_S)
    const left = before.filter((id) => !readdirSync(join(home, 'elsewhere')).join().includes(id))
    expect(await listOnce()).to.deep.equal(left)
  })

  it('do not stand for an index that was emptied meanwhile', async () => {
    const one = await open()
    const other = await open()
    expect(await idsOf(one)).to.deep.equal(before)
    await other.rebuild()()
    expect(await idsOf(one)).to.deep.equal(before)
    await other.close()
    await one.close()
    expect(await listOnce()).to.deep.equal(before)
  })
})

/** A copy of a rollout beside it, for another thread. */
const copiedAs = (path: string, id: string): string => {
  const old = basename(path).slice(-'.jsonl'.length - 36, -'.jsonl'.length)
  writeFileSync(path.replace(old, id), readFileSync(path, 'utf8').replaceAll(old, id))
  return id
}
