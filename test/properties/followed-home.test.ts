// A home whose folders are followed: a list looks only at what the system told of. The goal: nobody can tell, but by the time it
// takes. The method: change a home in every way files and folders can change, and compare each answer with that of a store that
// has never seen the home.
import { expect } from 'chai'
import fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { homeWatch, type HomeWatch } from '../../adapters/log/jsonl/home-watch.ts'
import { folderEvents, type FolderEvents } from '../../adapters/log/jsonl/inotify.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { eraOf } from '../../domain/log/profile.ts'
import type { EventStore } from '../../replay/ports.ts'
import { refreshed } from '../../replay/refreshed.ts'
import { noTelemetry, type Telemetry } from '../../replay/telemetry.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { idOf } from '../support/rollouts.ts'

const PROFILE = eraOf('0.169', false)
const DAYS = ['2026/11/20', '2026/11/21', '2026/11/22', '2026/12/01']
const SEGMENT = '01960001-0000-7000-8000-0000000000ff'

const store = (home: string, watch?: HomeWatch): EventStore =>
  jsonlStore({ home, profile: PROFILE, strict: false, ...(watch && { watch }) })

const folderOf = (home: string, day: number): string =>
  join(home, 'sessions', DAYS[day % DAYS.length] ?? '')

/** Every rollout of a home, in order. */
const rollouts = (home: string): ReadonlyArray<string> =>
  readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path).startsWith('rollout-'))
    .sort()
    .map((path) => join(home, path))

const created = (home: string, day: number, thread: number): string => {
  const folder = folderOf(home, day)
  mkdirSync(folder, { recursive: true })
  return join(folder, `rollout-2026-11-20T10-00-00-${idOf(thread)}.jsonl`)
}

/** Does something with one of the rollouts, when there is one. */
const toOne =
  (change: (path: string, home: string, outside: string) => void) =>
  (home: string, one: number, _: number, outside: string): void => {
    const all = rollouts(home)
    const path = all[one % Math.max(all.length, 1)]
    if (path !== undefined) change(path, home, outside)
  }

type Change = (home: string, one: number, other: number, outside: string) => void

const archiveOf = (home: string): string => {
  mkdirSync(join(home, 'archived_sessions'), { recursive: true })
  return join(home, 'archived_sessions')
}

/** Ways in which a home changes; `outside` is a folder beside it. */
const CHANGES: Readonly<Record<string, Change>> = {
  'a thread is made': (home, one, other) => writeFileSync(created(home, other, one), 'new\n'),
  'a thread is made elsewhere and moved in': (home, one, other, outside) => {
    writeFileSync(join(outside, 'made'), 'moved in\n')
    renameSync(join(outside, 'made'), created(home, other, one))
  },
  'a segment is made': (home, one, other) =>
    writeFileSync(created(home, other, one).replace('.jsonl', `_${SEGMENT}.jsonl`), 'segment\n'),
  'a line is appended': toOne((path) => appendFileSync(path, 'line\n')),
  'a file is cut': toOne((path) => truncateSync(path, 1)),
  'a file gets another time': toOne((path) => utimesSync(path, 1e9, 1e9)),
  'a file is replaced': toOne((path, _, outside) => {
    writeFileSync(join(outside, 'made'), 'another\n')
    renameSync(join(outside, 'made'), path)
  }),
  'a file is deleted': toOne((path) => rmSync(path)),
  'a thread is archived': toOne((path, home) =>
    renameSync(path, join(archiveOf(home), basename(path)))
  ),
  'a thread is brought back': (home, one) => {
    const archived = rollouts(home).filter((path) => path.includes('archived_sessions'))
    const path = archived[one % Math.max(archived.length, 1)]
    if (path !== undefined)
      renameSync(path, created(home, one, 0).replace(/[^/]*$/, basename(path)))
  },
  'a file moves to another day': (home, one, other) =>
    toOne((path) => renameSync(path, join(dirname(created(home, other, 0)), basename(path))))(
      home,
      one,
      other,
      ''
    ),
  'a file is compressed': toOne((path) =>
    renameSync(path, path.replace(/\.jsonl(\.zst)?$/, '.jsonl.zst'))
  ),
  // Nobody tells the folder of a file that it got another name elsewhere; a list that looks at it sees that.
  'a file gets a second name and a line': toOne((path, _, outside) => {
    const name = join(outside, basename(path))
    if (!existsSync(name)) linkSync(path, name)
    appendFileSync(path, 'line\n')
  }),
  'something is written under second names': (_home, _one, _other, outside) => {
    for (const name of readdirSync(outside)) appendFileSync(join(outside, name), 'more\n')
  },
  'a folder goes, changes and comes back': (home, one, _, outside) => {
    const folder = folderOf(home, one)
    if (!existsSync(folder)) return
    renameSync(folder, join(outside, 'folder'))
    for (const name of readdirSync(join(outside, 'folder')))
      appendFileSync(join(outside, 'folder', name), 'away\n')
    renameSync(join(outside, 'folder'), folder)
  },
  'a folder is replaced': (home, one, _, outside) => {
    const folder = folderOf(home, one)
    if (!existsSync(folder)) return
    mkdirSync(join(outside, 'twin'))
    for (const name of readdirSync(folder)) writeFileSync(join(outside, 'twin', name), 'twin\n')
    renameSync(folder, join(outside, 'old'))
    renameSync(join(outside, 'twin'), folder)
    rmSync(join(outside, 'old'), { recursive: true })
  },
  'a month is deleted': (home) =>
    rmSync(join(home, 'sessions/2026/12'), { recursive: true, force: true }),
  'everything goes, changes and comes back': (home, _one, _other, outside) => {
    const sessions = join(home, 'sessions')
    if (!existsSync(sessions)) return
    renameSync(sessions, join(outside, 'all'))
    for (const path of rollouts(outside)) appendFileSync(path, 'away\n')
    renameSync(join(outside, 'all'), sessions)
  },
  'nothing happens': () => undefined
}

const answersOf = (of: EventStore) => {
  const changes = of.changes()
  const { ids, archived, spares } =
    changes._tag === 'Right' && changes.right !== null
      ? changes.right
      : { ids: [], archived: [], spares: [] }
  return { list: of.list(), ids, archived, spares }
}

/** Lets a watch begin: it does so when somebody has listed. */
const begun = async (of: EventStore, watch: HomeWatch): Promise<void> => {
  of.list()
  while (watch.since() === null) {
    await of.hear?.()
    await new Promise(setImmediate)
  }
}

const looksTold = (): { readonly telemetry: Telemetry; readonly told: Array<string> } => {
  const told: Array<string> = []
  const count: Telemetry['count'] = (name, labels) => {
    if (name === 'home.looks' || name === 'home.watch')
      told.push(Object.values(labels)[0] as string)
  }
  return { telemetry: { ...noTelemetry, count }, told }
}

describe('a home whose folders are followed', () => {
  let root = ''
  let home = ''
  let outside = ''
  let watch: HomeWatch
  const makeHome = (): void => {
    root = temporaryFolder()
    ;[home, outside] = [join(root, 'home'), join(root, 'outside')]
    for (const folder of [home, outside]) mkdirSync(folder)
    for (let n = 0; n < 6; n += 1) writeFileSync(created(home, n, n), 'first\n')
  }
  const removeHome = (): void => {
    watch.close()
    removeFolder(root)
  }
  beforeEach(makeHome)
  afterEach(removeHome)

  it('is answered for as by a store that has never seen it, whatever happened before', async () => {
    const change = fc.record({
      what: fc.constantFrom(...Object.keys(CHANGES)),
      one: fc.nat(7),
      other: fc.nat(3)
    })
    const rounds = fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 12
    })
    await fc.assert(
      fc.asyncProperty(rounds, async (all) => {
        removeFolder(root)
        makeHome()
        watch = homeWatch(home, noTelemetry, folderEvents, 0)
        const followed = store(home, watch)
        await begun(followed, watch)
        for (const changes of all) {
          for (const { what, one, other } of changes) CHANGES[what]?.(home, one, other, outside)
          await refreshed(followed, 'all')
          expect(answersOf(followed), changes.map(({ what }) => what).join(', ')).to.deep.equal(
            answersOf(store(home))
          )
        }
        expect(watch.since()).to.not.equal(null)
        watch.close()
      }),
      { numRuns: 60 }
    )
  })

  const opened = async (told: Telemetry, open = folderEvents): Promise<EventStore> => {
    watch = homeWatch(home, told, open, 0)
    const followed = jsonlStore({ home, profile: PROFILE, strict: false, watch, telemetry: told })
    followed.list()
    await followed.hear?.()
    return followed
  }
  const sizesIn = (of: EventStore): ReadonlyArray<number> => {
    const list = of.list()
    return list._tag === 'Right' ? list.right.streams.map(({ sizeBytes }) => sizeBytes) : []
  }
  const listIn = (of: EventStore): unknown => {
    const list = of.list()
    return list._tag === 'Right' ? list.right.streams : null
  }

  it('looks at nothing when nothing changed, and at one file when that did', async () => {
    const { telemetry, told } = looksTold()
    const followed = await opened(telemetry)
    await begun(followed, watch)
    told.length = 0
    await followed.hear?.()
    const first = listIn(followed)
    await followed.hear?.()
    expect(listIn(followed)).to.equal(first)
    execFileSync(process.execPath, [
      '-e',
      `require('fs').appendFileSync(${JSON.stringify(created(home, 1, 1))}, 'line')`
    ])
    await followed.hear?.()
    expect(sizesIn(followed)).to.have.members([6, 6, 6, 6, 6, 10])
    expect(told).to.deep.equal(['every_file', 'nothing', 'changed_files'])
  })

  it('looks at everything where nobody has waited for what was told', async () => {
    const { telemetry, told } = looksTold()
    const followed = await opened(telemetry)
    await begun(followed, watch)
    await followed.hear?.()
    followed.list()
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    told.length = 0
    appendFileSync(created(home, 1, 1), 'line')
    expect(sizesIn(followed)).to.have.members([6, 6, 6, 6, 6, 10])
    expect(told).to.deep.equal(['every_file'])
  })

  /** What can go wrong with a watcher, and when. */
  const failures: Readonly<Record<string, (events: FolderEvents) => Partial<FolderEvents>>> = {
    'folders cannot be followed': () => ({
      follow: () => {
        throw new Error('ENOSPC: no inotify watches left')
      }
    }),
    'the file system does not tell of what others do': () => ({ tellsOf: () => false }),
    'what was told does not arrive': () => ({ caughtUp: async () => false })
  }
  for (const [what, failing] of Object.entries(failures))
    it(`looks at everything when ${what}`, async () => {
      const { telemetry, told } = looksTold()
      const followed = await opened(telemetry, (listener) => {
        const events = folderEvents(listener)
        return { ...events, ...failing(events) }
      })
      while (!told.includes('given_up')) {
        await followed.hear?.()
        await new Promise(setImmediate)
      }
      told.length = 0
      appendFileSync(created(home, 1, 1), 'line')
      await followed.hear?.()
      expect(sizesIn(followed)).to.have.members([6, 6, 6, 6, 6, 10])
      expect(told).to.deep.equal(['every_file'])
    })

  it('looks at everything after more was told at once than a queue holds', async () => {
    const { telemetry, told } = looksTold()
    const followed = await opened(telemetry)
    await begun(followed, watch)
    await followed.hear?.()
    followed.list()
    told.length = 0
    for (let n = 0; n < 1100; n += 1) utimesSync(created(home, n % 2, n % 2), n, n)
    await followed.hear?.()
    expect(sizesIn(followed)).to.deep.equal([6, 6, 6, 6, 6, 6])
    await followed.hear?.()
    followed.list()
    expect(told).to.deep.equal(['every_file', 'nothing'])
  })

  it('does nothing at all before somebody lists', () => {
    const { telemetry, told } = looksTold()
    watch = homeWatch(home, telemetry, folderEvents, 0)
    store(home, watch).find([])
    expect(statSync(home).isDirectory()).to.equal(true)
    expect(told).to.deep.equal([])
  })
})
