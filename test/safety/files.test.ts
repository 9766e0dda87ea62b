// Strange files in a home: links, FIFOs, sockets, devices, hard links, names and ids that lead elsewhere. The goal: nobody waits for
// them, nothing outside the home is read or changed because of them, and the threads beside them are served.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import type { NewEvent } from '../../adapters/library.ts'
import type { Engine } from '../../replay/engine.ts'
import { right, turnsOf, withEngine } from '../support/engines.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import {
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  THREAD,
  userLine,
  writeRollout
} from '../support/rollouts.ts'
import { outside, watchFiles } from '../support/watched-files.ts'
import { QUESTIONS } from '../torture/hostile/ask.ts'

const GOOD = idOf(2)
const OTHER = idOf(3)
const SECRET = 'a secret of somebody else'
const AT = '2026-05-01T10:00:00.000Z'

interface Place {
  readonly home: string
  readonly beside: string
  /** Where the rollout of `THREAD` would be. */
  readonly path: string
  readonly listen: (path: string) => Promise<void>
}

const line = (type: string, payload: object): string =>
  `${JSON.stringify({ timestamp: AT, type, payload })}\n`

const NAMED = (id: string, name: string): string =>
  `${JSON.stringify({ id, thread_name: name, updated_at: AT })}\n`

const meta = (members: object): string => {
  const { payload } = JSON.parse(metaLine(THREAD)) as { readonly payload: object }
  return line('session_meta', { ...payload, ...members })
}

/** What lies in the home, and whether `THREAD` is a thread then. */
const STRANGE: Readonly<Record<string, (place: Place) => Promise<void> | void>> = {
  'a rollout that is a link': ({ beside, path }) => symlinkSync(join(beside, 'secret.jsonl'), path),
  'a rollout that is a link to nothing': ({ path }) => symlinkSync('/nothing/there', path),
  'a rollout that is a link to itself': ({ path }) => symlinkSync(path, path),
  'a rollout that is a link to a device': ({ path }) => symlinkSync('/dev/zero', path),
  'a rollout that is a FIFO': ({ path }) => void execFileSync('mkfifo', [path]),
  'a rollout that is a folder': ({ path }) => mkdirSync(path),
  'a rollout that is a socket': ({ path, listen }) => listen(path),
  'a compressed rollout that is a FIFO': ({ path }) => void execFileSync('mkfifo', [`${path}.zst`]),
  'a folder of a day that is a link': ({ home, beside }) =>
    symlinkSync(beside, join(home, 'sessions', '2026', '06')),
  'a folder that is a link to the home': ({ home }) =>
    symlinkSync(home, join(home, 'sessions', '2026', '07')),
  'archived threads that are a FIFO': ({ home }) =>
    void execFileSync('mkfifo', [join(home, 'archived_sessions')]),
  'names that are a FIFO': ({ home }) =>
    void execFileSync('mkfifo', [join(home, 'session_index.jsonl')]),
  'names that are a folder': ({ home }) => mkdirSync(join(home, 'session_index.jsonl')),
  'a log that is a FIFO': ({ home }) => {
    mkdirSync(join(home, '.unroll'))
    execFileSync('mkfifo', [join(home, '.unroll', 'observations.jsonl')])
  },
  'names that lead elsewhere': ({ home }) =>
    writeFileSync(
      join(home, 'session_index.jsonl'),
      NAMED('../../outside/secret', 'x') +
        NAMED(OTHER, '../../outside') +
        NAMED(OTHER, '/etc/passwd\0')
    ),
  'metadata with the id of a path': ({ path }) =>
    writeFileSync(path, meta({ id: '../../outside/secret' }) + `${userLine('hi')}\n`),
  'metadata with a directory elsewhere': ({ path, beside }) =>
    writeFileSync(path, meta({ cwd: `${beside}/../..` }) + `${userLine('hi')}\n`),
  'a history that goes on in a path': ({ path, beside }) =>
    writeFileSync(
      path,
      meta({
        history_mode: 'paginated',
        forked_from_id: `${beside}/secret`,
        history_base: {
          thread_id: '../../outside/secret',
          end_ordinal_exclusive: 3,
          end_byte_offset: 100
        }
      }) + `${userLine('hi')}\n`
    ),
  'an image that is a file elsewhere': ({ path, beside }) =>
    writeFileSync(
      path,
      meta({}) +
        line('event_msg', {
          type: 'user_message',
          message: 'look',
          images: [`file://${beside}/secret.jsonl`],
          local_images: [`${beside}/secret.jsonl`]
        })
    ),
  'a rollout with its name in capitals, twice': ({ path }) => {
    writeFileSync(path, `${meta({})}${userLine('hi')}\n`)
    writeFileSync(path.replace(THREAD, THREAD.toUpperCase()).replace('T10', 'T11'), meta({}))
  },
  'names with bytes that no text has': ({ path }) =>
    writeFileSync(
      Buffer.concat([
        Buffer.from(dirname(path)),
        Buffer.from(`/\xff\xfe-${THREAD}.jsonl`, 'latin1')
      ]),
      meta({})
    )
}

const answerAll = async (engine: Engine): Promise<void> => {
  for (const ask of Object.values(QUESTIONS)) await ask(engine)
}

const inPlace = async (use: (place: Place) => Promise<void>): Promise<void> => {
  const folder = temporaryFolder()
  const [home, beside] = [join(folder, 'home'), join(folder, 'outside')]
  const servers: Array<Server> = []
  const listen = (path: string): Promise<void> =>
    new Promise((resolve) => servers.push(createServer().listen(path, resolve)))
  mkdirSync(home)
  mkdirSync(beside)
  writeFileSync(join(home, 'config.toml'), 'model_provider = "mock"\n')
  writeFileSync(join(beside, 'secret.jsonl'), linesOf([metaLine(THREAD), userLine(SECRET)]))
  const name = `rollout-2026-06-01T10-00-00-${THREAD}.jsonl`
  writeFileSync(join(beside, name), linesOf([metaLine(THREAD), userLine(SECRET)]))
  writeRollout(rolloutPath(home, GOOD), linesOf([metaLine(GOOD), userLine('hello')]))
  try {
    await use({ home, beside, path: rolloutPath(home, THREAD), listen })
  } finally {
    for (const server of servers) server.close()
    removeFolder(folder)
  }
}

const held = (beside: string): ReadonlyArray<string> =>
  readdirSync(beside).map((name) => `${name} ${readFileSync(join(beside, name), 'utf8')}`)

const SAID: NewEvent = {
  timestamp: AT,
  type: 'event_msg',
  payload: { type: 'user_message', message: 'written by us' }
}

describe('a home with strange files', () => {
  for (const [what, put] of Object.entries(STRANGE))
    it(`serves the other threads beside ${what}`, () =>
      inPlace(async (place) => {
        await put(place)
        const { home, beside } = place
        const before = held(beside)
        const touched = await watchFiles(() =>
          withEngine({ home }, async (engine) => {
            await answerAll(engine)
            for (const id of [THREAD, GOOD, OTHER]) await engine.append(id, [SAID], 'any')()
            expect(JSON.stringify(await engine.readThread(THREAD, true)())).not.to.contain(SECRET)
            const { data } = await right(engine.listThreads({ modelProviders: [], limit: 100 }))
            expect(data.map(({ id }) => id)).to.contain(GOOD)
            expect(await turnsOf(engine, GOOD)).to.have.length(2)
          })
        )
        expect(outside(touched, [home])).to.deep.equal([])
        expect(held(beside)).to.deep.equal(before)
      }))
})

/** Changes to a home whose own folders or files are links, and what they must not touch. */
const LINKS: Readonly<Record<string, (place: Place) => void>> = {
  'the folder of archived threads': ({ home, beside }) =>
    symlinkSync(beside, join(home, 'archived_sessions')),
  'the folder of unroll': ({ home, beside }) => symlinkSync(beside, join(home, '.unroll')),
  'the folder of locks': ({ home, beside }) => {
    mkdirSync(join(home, '.unroll'))
    symlinkSync(beside, join(home, '.unroll', 'locks'))
  },
  'the trash': ({ home, beside }) => {
    mkdirSync(join(home, '.unroll'))
    symlinkSync(beside, join(home, '.unroll', 'trash'))
  },
  'the log of operations': ({ home, beside }) => {
    mkdirSync(join(home, '.unroll'))
    symlinkSync(join(beside, 'secret.jsonl'), join(home, '.unroll', 'operations.jsonl'))
  },
  'the file of names': ({ home, beside }) =>
    symlinkSync(join(beside, 'secret.jsonl'), join(home, 'session_index.jsonl')),
  'the folder of all threads': ({ home, beside }) => {
    renameSync(join(home, 'sessions'), join(beside, 'sessions'))
    symlinkSync(join(beside, 'sessions'), join(home, 'sessions'))
  }
}

const CHANGES: ReadonlyArray<(engine: Engine) => Promise<E.Either<unknown, unknown>>> = [
  (engine) => engine.append(GOOD, [SAID], 'any')(),
  (engine) => engine.rename(GOOD, 'a name')(),
  (engine) => engine.fork(GOOD, {})(),
  (engine) => engine.archive(GOOD)(),
  (engine) => engine.unarchive(GOOD)(),
  (engine) => engine.remove(GOOD)(),
  (engine) => engine.undo(null)(),
  (engine) => engine.remove(GOOD, { permanent: true })()
]

const bytesBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${readFileSync(path, 'utf8')}`)

describe('a change of a home in which a link leads out of it', () => {
  for (const [what, put] of Object.entries(LINKS))
    it(`writes nothing there when it stands for ${what}`, () =>
      inPlace(async (place) => {
        put(place)
        const { home, beside } = place
        const before = bytesBelow(beside)
        await withEngine({ home }, async (engine) => {
          for (const change of CHANGES) await change(engine)
        })
        expect(bytesBelow(beside)).to.deep.equal(before)
      }))
})

describe('a rollout with a second name', () => {
  it('outside the home is read but not appended to', () =>
    inPlace(async ({ home, beside }) => {
      const path = rolloutPath(home, GOOD)
      linkSync(path, join(beside, 'linked.jsonl'))
      const before = held(beside)
      await withEngine({ home }, async (engine) => {
        expect(await turnsOf(engine, GOOD)).to.have.length(1)
        expect(await engine.append(GOOD, [SAID], 'any')()).to.deep.equal(
          E.left({
            _tag: 'NotPossible',
            reason: `${path} has another name outside the home; unroll writes to no file outside the home`,
            next: 'put the files themselves into the home'
          })
        )
      })
      expect(held(beside)).to.deep.equal(before)
    }))

  it('that a killed process left in the home is appended to', () =>
    inPlace(async ({ home }) => {
      const path = rolloutPath(home, GOOD)
      mkdirSync(join(home, 'archived_sessions'))
      linkSync(path, join(home, 'archived_sessions', path.slice(dirname(path).length + 1)))
      linkSync(path, `${path}.1.tmp`)
      await withEngine({ home }, async (engine) => {
        await right(engine.append(GOOD, [SAID], 'any'))
        expect(await turnsOf(engine, GOOD)).to.have.length(2)
      })
    }))
})

describe('a log of operations that anybody wrote', () => {
  it('moves nothing out of the home and nothing into it', () =>
    inPlace(async ({ home, beside }) => {
      const moves = [
        {
          threadId: GOOD,
          from: '../outside/secret.jsonl',
          to: 'sessions/stolen.jsonl',
          modifiedAtMs: null
        },
        { threadId: GOOD, from: 'config.toml', to: '../outside/config.toml', modifiedAtMs: null }
      ]
      const relocation = { rootId: GOOD, moves, names: 'keep', trash: '../outside', purge: true }
      const by = { pid: 1, user: 'x', actor: 'x' }
      const record = (id: string, operation: string): string =>
        `${JSON.stringify({ record: 'began', id, at: AT, operation, threadIds: [GOOD], by, arguments: {}, before: null, undoes: null, relocation })}\n`
      mkdirSync(join(home, '.unroll', 'trash', 't1'), { recursive: true })
      const log = join(home, '.unroll', 'operations.jsonl')
      appendFileSync(log, record('o1', 'archive') + record('o2', 'delete'))
      writeFileSync(join(home, '.unroll', 'files.lock'), '999999 1 gone')
      writeFileSync(
        join(home, '.unroll', 'trash', 't1', 'manifest.json'),
        JSON.stringify({
          operationId: 't1',
          rootId: THREAD,
          threadIds: [THREAD],
          files: moves,
          names: []
        })
      )
      const before = bytesBelow(beside)
      await withEngine({ home }, async (engine) => {
        for (const change of CHANGES.slice(1)) await change(engine)
        await engine.restore(THREAD)()
        await engine.undo('o1')()
      })
      expect(bytesBelow(beside)).to.deep.equal(before)
      expect(readFileSync(join(home, 'config.toml'), 'utf8')).to.contain('mock')
    }))
})
