// What changing a home refuses, what it keeps, and what can be undone.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import type { OperationRecord } from '../../../domain/changes/operations.ts'
import { homeOperations } from '../../../adapters/home/operations.ts'
import { holdHome } from '../../../adapters/home/hold.ts'
import { takeNames } from '../../../adapters/home/session-index.ts'
import { homeNames } from '../../../adapters/home/names.ts'
import { homeWriter } from '../../../adapters/upkeep/repair/home-writer.ts'
import { jsonlStore } from '../../../adapters/log/jsonl/store.ts'
import { START, type Engine } from '../../../adapters/library.ts'
import { memoryIndex } from '../../../adapters/index/memory/index.ts'
import { DEFAULT_PROFILE as profile } from '../../../domain/log/profile.ts'
import { createEngine } from '../../../replay/engine.ts'
import { right, withEngine } from '../../support/engines.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { homeFiles } from '../../support/home-state.ts'
import { NO_WRITER } from '../../support/no-writer.ts'

const PARENT = '01a1fd09-70c5-78c3-918b-98120b068bc3'
const CHILDREN = [
  '01a1fd09-71b0-7eb2-9cc8-3091d156fa49',
  '01a1fd09-741e-7e53-b6b9-98d75ec1a50b',
  '01a1fd09-761a-7c52-8483-81f04c007ad8'
]
const PLAIN = '01a1fd04-6a2b-7862-91d1-5af381f25378'

const using = async (name: string, use: (engine: Engine, home: string) => Promise<void>) => {
  const home = copyHome(name)
  try {
    await withEngine({ home }, async (engine) => use(engine, home))
  } finally {
    removeFolder(home)
  }
}

const failure = async (call: () => Promise<E.Either<unknown, unknown>>): Promise<unknown> => {
  const answer = await call()
  return E.isLeft(answer) ? answer.left : answer
}

/** How many lines the history of the parent has. */
const lineCount = async (engine: Engine): Promise<number> => {
  let count = 0
  for await (const batch of await right(engine.events(PARENT, START))) count += batch.lines.length
  return count
}

const reason = async (call: () => Promise<E.Either<unknown, unknown>>): Promise<string> =>
  ((await failure(call)) as { readonly reason: string }).reason

const times = (home: string): ReadonlyArray<number> =>
  Object.keys(homeFiles(home)).map((path) => Math.round(statSync(join(home, path)).mtimeMs))

describe('changing a home', () => {
  it('changes nothing in a dry run, not even the log', () =>
    using('agents-169', async (engine, home) => {
      const before = homeFiles(home)
      const options = { dryRun: true }
      const archived = await right(engine.archive(PARENT, options))
      expect(archived.threadIds).to.deep.equal([PARENT, ...CHILDREN.toReversed()])
      expect([archived.operationId, archived.files.length]).to.deep.equal([null, 5])
      await right(engine.remove(PARENT, options))
      await right(engine.rename(PARENT, 'name', options))
      expect(homeFiles(home)).to.deep.equal(before)
      expect(existsSync(join(home, '.unroll'))).to.equal(false)
    }))

  it('is refused at another revision than the expected one', () =>
    using('agents-169', async (engine, home) => {
      const before = homeFiles(home)
      const wrong = { expectedRevision: 7 }
      const revision = await lineCount(engine)
      const expected = {
        _tag: 'WrongExpectedRevision',
        streamId: PARENT,
        expected: 7,
        actual: revision
      }
      expect(await failure(engine.archive(PARENT, wrong))).to.deep.equal(expected)
      expect(await failure(engine.remove(PARENT, wrong))).to.deep.equal(expected)
      expect(await failure(engine.rename(PARENT, 'x', wrong))).to.deep.equal(expected)
      expect(homeFiles(home)).to.deep.equal(before)
      await right(engine.archive(PARENT, { expectedRevision: revision }))
    }))

  it('is refused where the database of Codex 0.169 would not notice, but for deletes', () =>
    using('agents-169', async (engine, home) => {
      writeFileSync(join(home, 'thread_history_1.sqlite'), '')
      expect(await reason(engine.archive(PARENT))).to.match(/would show it no more/)
      await right(engine.remove(PARENT))
      await right(engine.restore(null))
      await right(engine.archive(PARENT, { force: true }))
      expect(await reason(engine.unarchive(PARENT))).to.match(/would show it no more/)
    }))

  it('is refused for a thread that a fork goes on from, until the fork is gone', () =>
    using('basic-169', async (engine) => {
      const { id } = await right(engine.fork(PLAIN, {}))
      expect(await failure(engine.remove(PLAIN))).to.deep.equal({
        _tag: 'NotPossible',
        reason: `cannot delete thread ${PLAIN}: forked history still references it`,
        next: { kind: 'delete_fork', threadId: id }
      })
      await right(engine.remove(id))
      await right(engine.remove(PLAIN))
    }))

  it('is refused while a writer has the thread open; an archive skips spawned threads in use', async () => {
    const home = copyHome('agents-169')
    const open = new Set([PARENT])
    const engine = createEngine({
      writer: NO_WRITER,
      store: jsonlStore({ home, profile, strict: false }),
      homeWriter: homeWriter(home, { isOpen: (threadId) => open.has(threadId) }),
      operations: homeOperations(home),
      index: memoryIndex(),
      profile,
      strict: false,
      names: homeNames(home),
      defaultProvider: 'mock',
      progress: () => undefined
    })
    const busy = (threadId: string) => ({ _tag: 'Busy', what: `thread ${threadId}` })
    expect(await failure(engine.archive(PARENT))).to.deep.equal(busy(PARENT))
    expect(await failure(engine.remove(PARENT))).to.deep.equal(busy(PARENT))
    const [child = ''] = CHILDREN
    open.clear()
    open.add(child)
    expect(await failure(engine.remove(PARENT))).to.deep.equal(busy(child))
    const { skipped } = await right(engine.archive(PARENT))
    expect(skipped).to.deep.equal([{ threadId: child, reason: 'is in use by another process' }])
    await engine.close()
    removeFolder(home)
  })

  it('takes compressed files along, for an era too that does not read them', () =>
    using('basic-169', async (_, home) => {
      const folder = join(home, 'sessions/2026/11/21')
      const name = `rollout-2026-11-21T07-31-29-${PLAIN}.jsonl.zst`
      writeFileSync(join(folder, name), 'compressed')
      await withEngine({ home, profile: '0.130' }, async (engine) => {
        const { files } = await right(engine.archive(PLAIN))
        expect(files.map(({ to }) => to)).to.include(`archived_sessions/${name}`)
      })
      expect(existsSync(join(folder, name))).to.equal(false)
    }))

  it('finds an archived thread no more among the others, and the other way round', () =>
    using('basic-169', async (engine) => {
      expect(await failure(engine.unarchive(PLAIN))).to.deep.equal({
        _tag: 'StreamNotFound',
        streamId: PLAIN,
        among: 'archived'
      })
      await right(engine.archive(PLAIN))
      expect(await failure(engine.archive(PLAIN))).to.deep.equal({
        _tag: 'StreamNotFound',
        streamId: PLAIN,
        among: 'active'
      })
    }))

  it('skips a spawned thread that cannot be moved, and nothing of it moves', () =>
    using('agents-169', async (engine, home) => {
      const [child = ''] = CHILDREN
      const [path = ''] = Object.keys(homeFiles(home)).filter((each) => each.includes(child))
      mkdirSync(join(home, 'archived_sessions'))
      writeFileSync(join(home, 'archived_sessions', path.split('/').at(-1) ?? ''), 'another file')
      const { threadIds, skipped } = await right(engine.archive(PARENT))
      expect(threadIds).to.deep.equal([PARENT, ...CHILDREN.slice(1).toReversed()])
      expect(skipped.map(({ threadId }) => threadId)).to.deep.equal([child])
      expect(existsSync(join(home, path))).to.equal(true)
    }))

  it('moves nothing when a file of the thread itself is in the way', () =>
    using('agents-169', async (engine, home) => {
      const segment = Object.keys(homeFiles(home)).find((path) => path.includes(`${PARENT}_`)) ?? ''
      mkdirSync(join(home, 'archived_sessions'))
      writeFileSync(join(home, 'archived_sessions', segment.split('/').at(-1) ?? ''), 'another')
      const before = homeFiles(home)
      expect(await reason(engine.archive(PARENT))).to.match(/is there already$/)
      expect(homeFiles(home)).to.deep.equal(before)
      expect((await right(engine.operations())).map(({ state }) => state)).to.deep.equal(['failed'])
    }))

  it('refuses blank names, and trims the others', () =>
    using('basic-169', async (engine) => {
      expect(await failure(engine.rename(PLAIN, '  \t'))).to.deep.equal({
        _tag: 'InvalidRequest',
        message: 'thread name must not be empty'
      })
      const { name } = await right(engine.rename(PLAIN, '  two words '))
      expect(name).to.equal('two words')
      expect((await right(engine.readThread(PLAIN, false))).name).to.equal('two words')
    }))

  it('forgets a deleted thread at once, and deletes for good only when told to', () =>
    using('basic-169', async (engine, home) => {
      await right(engine.remove(PLAIN, { permanent: true }))
      expect(await failure(engine.readThread(PLAIN, false))).to.deep.equal({
        _tag: 'StreamNotFound',
        streamId: PLAIN
      })
      expect(await reason(engine.restore(PLAIN))).to.equal(
        `nothing in the trash is called ${PLAIN}`
      )
      expect(await reason(engine.undo((await newest(engine)).id))).to.match(
        /cannot be undone: the files were deleted for good$/
      )
      expect(existsSync(join(home, '.unroll/trash'))).to.equal(true)
    }))

  it('keeps its records and the trash to the owner', () =>
    using('basic-169', async (engine, home) => {
      await right(engine.remove(PLAIN))
      const mode = (path: string): string => (statSync(join(home, path)).mode & 0o777).toString(8)
      const { id } = await newest(engine)
      expect(
        ['.unroll', '.unroll/operations.jsonl', '.unroll/trash', `.unroll/trash/${id}`].map(mode)
      ).to.deep.equal(['700', '600', '700', '700'])
    }))
})

const newest = async (engine: Engine): Promise<{ readonly id: string }> => {
  const [operation] = await right(engine.operations({ limit: 1 }))
  return { id: operation?.began.id ?? '' }
}

describe('undoing', () => {
  it('brings back files, names and times of an archive, an unarchive and a delete', () =>
    using('agents-169', async (engine, home) => {
      await right(engine.rename(PARENT, 'a name'))
      for (const path of Object.keys(homeFiles(home))) utimesSync(join(home, path), 1e9, 1e9)
      const before = [homeFiles(home), times(home)]
      await right(engine.archive(PARENT))
      const archived = [homeFiles(home), times(home)]
      await right(engine.unarchive(PARENT))
      await right(engine.undo(null))
      expect([homeFiles(home), times(home)]).to.deep.equal(archived)
      await right(engine.undo(null))
      expect([homeFiles(home), times(home)]).to.deep.equal(before)
      await right(engine.remove(PARENT))
      await right(engine.undo(null))
      expect(homeFiles(home)).to.deep.equal(before[0])
    }))

  it('of an undo does the operation again, and so on', () =>
    using('agents-169', async (engine, home) => {
      const before = homeFiles(home)
      await right(engine.remove(PARENT))
      const after = homeFiles(home)
      for (const expected of [before, after, before, after]) {
        await right(engine.undo((await newest(engine)).id))
        expect(homeFiles(home)).to.deep.equal(expected)
      }
      await right(engine.undo(null))
      expect(homeFiles(home)).to.deep.equal(before)
    }))

  it('takes the newest operation that stands, and says when there is none', () =>
    using('basic-169', async (engine) => {
      expect(await reason(engine.undo(null))).to.equal('nothing to undo')
      await right(engine.rename(PLAIN, 'one'))
      await right(engine.rename(PLAIN, 'two'))
      await right(engine.archive(PLAIN))
      await right(engine.undo(null))
      await right(engine.undo(null))
      expect((await right(engine.readThread(PLAIN, false))).name).to.equal('one')
      const states = (await right(engine.operations())).map(
        ({ began, state }) => `${began.operation} ${state}`
      )
      expect(states).to.deep.equal([
        'rename done',
        'unarchive done',
        'archive undone',
        'rename undone',
        'rename done'
      ])
    }))

  it('is refused when the thread changed since', () =>
    using('basic-169', async (engine, home) => {
      const fork = await right(engine.fork(PLAIN, {}))
      appendFileSync(fork.path ?? '', '\n')
      expect(await reason(engine.undo(null))).to.equal(`thread ${fork.id} changed since`)
      await right(engine.rename(PLAIN, 'one'))
      await right(engine.rename(PLAIN, 'two'))
      const { id } = await newest(engine)
      appendFileSync(
        join(home, 'session_index.jsonl'),
        `${JSON.stringify({ id: PLAIN, thread_name: 'by another', updated_at: '' })}\n`
      )
      expect(await reason(engine.undo(id))).to.equal(
        `thread ${PLAIN} has another name now: by another`
      )
    }))

  it('deletes a fork to which nothing was added', () =>
    using('basic-169', async (engine, home) => {
      const before = homeFiles(home)
      await right(engine.fork(PLAIN, {}))
      const { operation, by } = await right(engine.undo(null))
      expect([operation, by.operation]).to.deep.equal(['fork', 'delete'])
      expect(homeFiles(home)).to.deep.equal(before)
    }))

  it('is refused twice', () =>
    using('basic-169', async (engine) => {
      await right(engine.archive(PLAIN))
      const { id } = await newest(engine)
      await right(engine.undo(id))
      expect(await reason(engine.undo(id))).to.match(/\(archive\) was undone by /)
    }))
})

describe('the operation log of a home', () => {
  const record = (id: string, text = ''): OperationRecord => ({
    record: 'ended',
    id,
    at: text,
    outcome: 'done',
    reason: null,
    after: null,
    inverse: null,
    noInverse: null
  })

  const read = async (home: string, order: 'oldest' | 'newest'): Promise<ReadonlyArray<string>> => {
    const ids: Array<string> = []
    for await (const { id } of homeOperations(home).read(order)) ids.push(id)
    return ids
  }

  it('gives its records from either end, whatever their length', async () => {
    const home = copyHome('basic-169')
    const log = homeOperations(home)
    const ids = Array.from({ length: 60 }, (_, n) => `operation ${n}`)
    expect(await read(home, 'newest')).to.deep.equal([])
    for (const [n, id] of ids.entries())
      await log.append(record(id, 'x'.repeat(n % 7 === 0 ? 100_000 : n * 50)), false)
    expect(await read(home, 'oldest')).to.deep.equal(ids)
    expect(await read(home, 'newest')).to.deep.equal(ids.toReversed())
    removeFolder(home)
  })

  it('loses only the line that a killed writer left unfinished', async () => {
    const home = copyHome('basic-169')
    const log = homeOperations(home)
    await log.append(record('first'), true)
    appendFileSync(join(home, '.unroll/operations.jsonl'), '{"record":"ended","id":"to')
    await log.append(record('second'), true)
    expect(await read(home, 'oldest')).to.deep.equal(['first', 'second'])
    removeFolder(home)
  })
})

describe('the names file', () => {
  it('keeps the bytes of other lines, and a line that came in the last moment', () => {
    const home = copyHome('basic-169')
    const path = join(home, 'session_index.jsonl')
    const own = JSON.stringify({ id: PLAIN, thread_name: 'x', updated_at: '' })
    const others = ['{"id":"other","thread_name":"é\\u00e9",  "updated_at":""}', 'not a line', '']
    writeFileSync(path, [own, others[0], own.toUpperCase(), others[1], own, others[2]].join('\n'))
    let saved: ReadonlyArray<string> = []
    takeNames(home, [PLAIN], (taken) => {
      if (saved.length === 0) appendFileSync(path, 'late line\n')
      saved = taken
    })
    expect(saved).to.deep.equal([own, own])
    expect(readFileSync(path, 'utf8')).to.equal(
      [others[0], own.toUpperCase(), others[1], 'late line', ''].join('\n')
    )
    removeFolder(home)
  })
})

describe('the right to move files', () => {
  it('is given to one at a time, and tells when the last one left something', async () => {
    const home = copyHome('basic-169')
    const first = await holdHome(home)
    if (E.isLeft(first)) throw new Error('nobody else has it')
    const second = holdHome(home)
    await first.right.release(true)
    const after = await second
    if (E.isLeft(after)) throw new Error('it was given back')
    expect([first.right.leftOver, after.right.leftOver]).to.deep.equal([false, false])
    await after.right.release(false)
    const third = await holdHome(home)
    expect(E.isRight(third) && third.right.leftOver).to.equal(true)
    removeFolder(home)
  })

  it('is taken over from a process that is gone', async () => {
    const home = copyHome('basic-169')
    mkdirSync(join(home, '.unroll'))
    writeFileSync(join(home, '.unroll/files.lock'), '999999999 1 of-another-boot')
    const taken = await holdHome(home)
    expect(E.isRight(taken) && taken.right.leftOver).to.equal(true)
    removeFolder(home)
  })
})
