/**
 * Every operation that is tortured, as data: what is done before it, and the operation itself over an open engine.
 *
 * All work on one home: two threads of 0.142, which are forked by copying, and two of 0.169, which are paginated.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { check } from '../../adapters/upkeep/check/check.ts'
import type { Engine, NewEvent, StoreError } from '../../adapters/library.ts'
import { planRepair } from '../../adapters/upkeep/repair/planner.ts'
import { applyRepair, planDigest, takeRepairBack } from '../../adapters/upkeep/repair/repair.ts'
import { compressRollouts, expandRollouts } from '../../adapters/upkeep/storage/change.ts'
import { ioFailure } from '../../replay/guarded.ts'
import { seal, verifySeal } from '../../adapters/upkeep/seal/seal.ts'
import { notPossible } from '../../domain/errors.ts'
import type { Finding } from '../../domain/upkeep/check/finding.ts'
import { copyHome, FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { AT, BEGUN, MOVED, OLD, PAGED, REVERTED, said } from './threads.ts'

const META: NewEvent = {
  timestamp: AT,
  type: 'session_meta',
  payload: {
    id: BEGUN,
    timestamp: AT,
    cwd: '/work',
    originator: 'o',
    cli_version: '0.142.5',
    source: 'cli',
    model_provider: 'mock'
  }
}

const DAY = join('sessions', '2026', '11', '21')

/** The file that a thread was recorded in. */
export const recordedFile = (home: string, id: string): string =>
  join(home, DAY, readdirSync(join(home, DAY)).find((entry) => entry.includes(id)) ?? '')

/** How many lines a thread was recorded with. */
const recordedLines = (name: string, id: string): number => {
  const file = recordedFile(join(FIXTURES, 'homes', name, 'home'), id)
  return readFileSync(file, 'utf8').split('\n').length - 1
}

/** The home all trials begin with; the caller deletes it. */
export const tortureHome = (): string => {
  const home = copyHome('basic-142')
  const other = copyHome('basic-169')
  for (const name of readdirSync(join(other, DAY)))
    cpSync(join(other, DAY, name), join(home, DAY, name), { preserveTimestamps: true })
  removeFolder(other)
  return home
}

/** Answers of the engine, whatever they are. */
export type Answer = E.Either<StoreError, unknown>
type Call = (engine: Engine, home: string) => Promise<Answer>

/** An operation. */
export interface Operation {
  readonly name: string
  /** Names of operations that come before it. */
  readonly first: ReadonlyArray<string>
  /** True when it changes nothing: its answer is then compared with the one without a fault. */
  readonly reads: boolean
  /** True when a thread whose file the disk does not give is left out of its answer (docs/decisions/0039). */
  readonly leavesOut?: boolean
  readonly run: Call
}

const right = async <A>(call: TE.TaskEither<StoreError, A>): Promise<A> => {
  const answer = await call()
  if (E.isLeft(answer)) throw new Left(answer.left)
  return answer.right
}

/** Carries a failure out of several calls. */
class Left extends Error {
  readonly failure: StoreError
  constructor(failure: StoreError) {
    super(failure._tag)
    this.failure = failure
  }
}

const caught = (run: (engine: Engine, home: string) => Promise<unknown>): Call => {
  return async (engine, home) => {
    try {
      return E.right(await run(engine, home))
    } catch (cause) {
      if (cause instanceof Left) return E.left(cause.failure)
      throw cause
    }
  }
}

const changes = (
  name: string,
  call: (engine: Engine) => TE.TaskEither<StoreError, unknown>,
  ...first: ReadonlyArray<string>
): Operation => ({ name, first, reads: false, run: (engine) => call(engine)() })

const reads = (
  name: string,
  run: (engine: Engine) => Promise<unknown>,
  ...first: ReadonlyArray<string>
): Operation => ({ name, first, reads: true, run: caught(run) })

const leavingOut = (one: Operation): Operation => ({ ...one, leavesOut: true })

/** Appends behind what was recorded, so that a second try cannot write twice. */
const appendTo = (name: string, id: string, home: string): Operation => {
  const lines = recordedLines(home, id)
  return changes(name, (engine) => engine.append(id, [said('hello')], lines))
}

const OLD_LINES = recordedLines('basic-142', OLD)
const FORCE = { force: true }
const EVERY = { limit: 100, modelProviders: [], sourceKinds: [] } as const

/** The turn before which the reverted thread goes on. */
const LAST_TURN = '01a1fd04-6f2f-7cd1-b361-cd17b4c210a9'

const asked = (home: string) => ({ home, threads: [MOVED], actor: 'torture' })

/** One line glued to the next, in the middle of a rollout; outside of everything that may be killed. */
export const glueLines = (path: string): void => {
  const lines = readFileSync(path, 'utf8').split('\n')
  const glued = [...lines.slice(0, 6), `${lines[6]}${lines[7]}`, ...lines.slice(8)]
  writeFileSync(path, glued.join('\n'))
}

const glue = caught(async (engine) => glueLines((await right(engine.locate(OLD))).path))

/**
 * Checks the home, plans what can be repaired, and does it, as a person would: what the disk does not give is no reason to
 * repair the rest.
 */
const repair: Call = async (_, home) => {
  const findings: Array<Finding> = []
  for await (const finding of check({ home, index: 'memory' })) findings.push(finding)
  const unread = findings.find(({ kind }) => kind === 'unreadable_file')
  if (unread !== undefined)
    return E.left({
      _tag: 'IoFailure',
      operation: 'check',
      path: unread.path ?? home,
      cause: JSON.stringify(unread.facts)
    })
  const plan = Buffer.from(`${JSON.stringify(planRepair(home, findings))}\n`)
  return applyRepair(home, plan, planDigest(plan), { actor: 'torture' })
}

/** Seals the home; then all that is sealed must be there. */
const sealing: Call = async (_, home) => {
  const sealed = await seal({ home, nowMs: 0 })
  if (E.isLeft(sealed)) return sealed
  const { ok, files } = await verifySeal({ home })
  const unread = files.find(({ verdict }) => verdict === 'unreadable')
  if (unread !== undefined)
    return E.left({ _tag: 'IoFailure', operation: 'read', path: unread.path, cause: 'unreadable' })
  return ok ? E.right(files.length) : E.left(notPossible('a seal does not hold', ''))
}

/** Failures that are thrown, as a command tells them. */
const toldThrown =
  (run: Call): Call =>
  async (engine, home) => {
    try {
      return await run(engine, home)
    } catch (cause) {
      return E.left(ioFailure(cause, home))
    }
  }

const takeBack = caught(async (engine, home) => {
  const done = await right(engine.operations())
  const id = done.find(({ began }) => began.operation === 'repair')?.began.id ?? ''
  return right(() => takeRepairBack(home, id))
})

/** Operations over the files of a home, beside the engine. */
const BESIDE: ReadonlyArray<Operation> = [
  {
    name: 'compress',
    first: ['archive'],
    reads: false,
    run: (_, home) => compressRollouts(asked(home))
  },
  {
    name: 'expand',
    first: ['archive', 'compress'],
    reads: false,
    run: (_, home) => expandRollouts(asked(home))
  },
  { name: 'glue', first: [], reads: false, run: glue },
  { name: 'repair', first: ['glue'], reads: false, run: toldThrown(repair) },
  { name: 'repair_undo', first: ['glue', 'repair'], reads: false, run: takeBack },
  { name: 'seal', first: ['archive'], reads: false, run: toldThrown(sealing) }
]

/** Every operation of an engine. */
export const OPERATIONS: ReadonlyArray<Operation> = [
  changes('begin', (engine) => engine.append(BEGUN, [META, said('one')], 'no_stream')),
  appendTo('append', OLD, 'basic-142'),
  appendTo('append_paged', PAGED, 'basic-169'),
  changes('fork', (engine) => engine.fork(OLD, {})),
  changes('fork_paged', (engine) => engine.fork(PAGED, {})),
  changes('revert', (engine) => engine.revert(REVERTED, LAST_TURN, FORCE)),
  changes('rollback', (engine) => engine.rollback(OLD, 1, { expectedRevision: OLD_LINES })),
  changes('unrollback', (engine) => engine.unrollback(OLD, FORCE), 'rollback'),
  changes('archive', (engine) => engine.archive(MOVED)),
  changes('unarchive', (engine) => engine.unarchive(MOVED), 'archive'),
  changes('delete', (engine) => engine.remove(MOVED), 'rename'),
  changes('delete_for_good', (engine) => engine.remove(MOVED, { permanent: true }), 'rename'),
  changes('restore', (engine) => engine.restore(MOVED), 'rename', 'delete'),
  changes('rename', (engine) => engine.rename(MOVED, 'a name')),
  changes('undo_archive', (engine) => engine.undo(null), 'archive'),
  changes('undo_fork', (engine) => engine.undo(null), 'fork'),
  reads('catch_up', async (engine) => {
    const { threads } = await right(engine.status())
    return threads
  }),
  reads('rebuild', async (engine) => (await right(engine.rebuild())).threads),
  leavingOut(
    reads('list', async (engine) => right(engine.listThreads({ ...EVERY, sortKey: 'updated_at' })))
  ),
  leavingOut(reads('list_created', async (engine) => right(engine.listThreads(EVERY)))),
  reads('page', async (engine) => right(engine.listTurns(OLD, { limit: 2, itemsView: 'full' }))),
  reads('page_paged', async (engine) => right(engine.readThread(PAGED, true))),
  leavingOut(
    reads('search', async (engine) => right(engine.searchThreads({ searchTerm: 'queue' })))
  ),
  reads('operations', async (engine) => right(engine.operations()), 'rename', 'archive'),
  ...BESIDE.filter(({ name }) => name !== 'glue')
]

/** An operation by its name. */
export const operation = (name: string): Operation => {
  const found = [...OPERATIONS, ...BESIDE].find((one) => one.name === name)
  if (found === undefined) throw new Error(`no operation ${name}`)
  return found
}
