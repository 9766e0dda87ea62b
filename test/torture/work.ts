/**
 * Run as a child process: work that is killed.
 *
 *     work <kind> <home> <index> <seed>
 *
 * It makes changes to a home, one after the other, chosen by a seed, told as they begin and when they are
 * acknowledged.
 */
import * as E from 'fp-ts/lib/Either.js'
import { writeSync } from 'node:fs'
import type { Engine, StoreError } from '../../adapters/library.ts'
import { random } from '../support/random.ts'
import { right, openedEngine } from '../support/engines.ts'
import { arm, watchCalls } from './failing-calls.ts'
import { observe, shownThread, type Shown } from './observe.ts'
import { operation } from './operations.ts'
import { BEGUN, MOVED, OLD, PAGED, REVERTED, said } from './threads.ts'

/** What a worker is told to do. */
export type Kind = 'mixed' | 'append' | 'upkeep' | 'read' | 'backfill'

/** An event that was acknowledged. */
export interface Event {
  readonly thread: string
  readonly revision: number
  readonly message: string
}

/** A change begins: nothing is known of these threads until it is acknowledged. */
export interface Began {
  readonly began: string
  readonly threads: ReadonlyArray<string>
}

/** A change was acknowledged, or refused: this is what the threads are now. */
export interface Done {
  readonly done: string
  /** The kind of failure; null when it was acknowledged. */
  readonly refused: string | null
  readonly shown: Readonly<Record<string, Shown | null>>
  /** Threads of which it could not be told. */
  readonly unknown?: ReadonlyArray<string>
  readonly events: ReadonlyArray<Event>
}

const say = (line: Began | Done): void => void writeSync(1, `${JSON.stringify(line)}\n`)

interface Change {
  readonly name: string
  readonly threads: ReadonlyArray<string>
  readonly run: () => Promise<E.Either<StoreError, ReadonlyArray<string>>>
  readonly message?: string
}

const FORCE = { force: true }

/** Changes there are at this moment, and how often each is chosen. */
const choices = (
  engine: Engine,
  state: Readonly<Record<string, Shown>>,
  seen: ReadonlySet<string>,
  name: string,
  pick: () => number
): ReadonlyArray<Change> => {
  const ids = Object.keys(state)
  const forks = ids.filter((id) => ![OLD, MOVED, PAGED, REVERTED, BEGUN].includes(id))
  const movable = [...forks, MOVED]
  const one = (from: ReadonlyArray<string>): string =>
    from[Math.floor(pick() * from.length)] ?? MOVED
  const moved = one(movable)
  const gone = one(forks)
  const isArchived = state[moved]?.archived === true
  const change = (
    what: string,
    threads: ReadonlyArray<string>,
    call: () => ReturnType<Engine['archive']>
  ): Change => ({
    name: what,
    threads,
    run: async () => E.map(() => threads)(await call()())
  })
  const loose = (
    what: string,
    id: string,
    call: () => () => Promise<E.Either<StoreError, unknown>>
  ): Change => ({
    name: what,
    threads: [id],
    run: async () => E.map(() => [id])(await call()())
  })
  const fork = (id: string): Change => ({
    name: 'fork',
    threads: [],
    run: async () => E.map(({ id: made }: { id: string }) => [made])(await engine.fork(id, {})())
  })
  const turns = state[REVERTED]?.turns ?? []
  const last = turns.at(-1)?.split(' ')[0] ?? ''
  return [
    ...[OLD, PAGED, OLD, PAGED].map((id): Change => appended(engine, id, name)),
    ...(ids.length < 10 ? [fork(OLD), fork(PAGED)] : []),
    turns.length > 1
      ? loose('revert', REVERTED, () => engine.revert(REVERTED, last, FORCE))
      : loose('unrollback', REVERTED, () => engine.unrollback(REVERTED, FORCE)),
    loose('rollback', OLD, () => engine.rollback(OLD, 1, FORCE)),
    loose('unrollback', OLD, () => engine.unrollback(OLD, FORCE)),
    isArchived
      ? change('unarchive', [moved], () => engine.unarchive(moved))
      : change('archive', [moved], () => engine.archive(moved)),
    change('delete', [moved], () => engine.remove(moved)),
    ...(state[MOVED] === undefined
      ? [change('restore', [MOVED], () => engine.restore(MOVED))]
      : []),
    ...(forks.length > 3
      ? [change('delete for good', [gone], () => engine.remove(gone, { permanent: true }))]
      : []),
    loose('rename', moved, () => engine.rename(moved, name)),
    {
      name: 'undo',
      // An undo may bring back what was deleted long ago.
      threads: [...seen],
      run: async () => E.map(() => ids)(await engine.undo(null)())
    }
  ]
}

const appended = (engine: Engine, id: string, name: string): Change => ({
  name: 'append',
  threads: [id],
  message: name,
  run: async () => {
    const answer = await engine.append(id, [said(name)])()
    if (E.isLeft(answer)) return answer
    return E.right([`${id} ${answer.right.from.revision}`])
  }
})

/** Does a change and tells of it. */
const perform = async (
  engine: Engine,
  state: Record<string, Shown>,
  seen: Set<string>,
  change: Change
) => {
  say({ began: change.name, threads: change.threads })
  const answer = await change.run()
  const events: Array<Event> = []
  const touched = new Set(change.threads)
  if (E.isRight(answer))
    for (const text of answer.right) {
      const [thread = '', revision] = text.split(' ')
      touched.add(thread)
      if (revision !== undefined)
        events.push({ thread, revision: Number(revision), message: change.message ?? '' })
    }
  const shown: Record<string, Shown | null> = {}
  const unknown: Array<string> = []
  for (const id of touched) {
    seen.add(id)
    const now = await shownThread(engine, id)
    if (now === undefined) unknown.push(id)
    else shown[id] = now
    if (now) state[id] = now
    else delete state[id]
  }
  say({
    done: change.name,
    refused: E.isLeft(answer) ? answer.left._tag : null,
    shown,
    unknown,
    events
  })
}

/** What is done to files as a whole, between appends: a line is glued to the next one, repaired, and glued again. */
const upkeepChoices = (engine: Engine, home: string, name: string): ReadonlyArray<Change> => {
  const beside = (what: string, thread: string, ...steps: ReadonlyArray<string>): Change => ({
    name: what,
    threads: [thread],
    run: async () => {
      for (const step of steps) {
        const answer = await operation(step).run(engine, home)
        if (E.isLeft(answer)) return answer
      }
      return E.right([thread])
    }
  })
  const repair = beside('repair', OLD, 'repair')
  return [
    repair,
    repair,
    beside('undo a repair', OLD, 'repair_undo'),
    beside('compress', MOVED, 'archive', 'compress'),
    beside('compress', MOVED, 'compress'),
    beside('expand', MOVED, 'expand', 'unarchive'),
    // Not to the thread that is repaired: a repair of glued lines moves the revisions behind them.
    appended(engine, PAGED, name)
  ]
}

type Choices = (
  state: Readonly<Record<string, Shown>>,
  seen: ReadonlySet<string>,
  name: string,
  pick: () => number
) => ReadonlyArray<Change>

const oneByOne = async (engine: Engine, seed: number, choose: Choices): Promise<void> => {
  const pick = random(seed)
  const state = { ...(await observe(engine)) }
  const seen = new Set([...Object.keys(state), MOVED])
  for (let n = 0; ; n++) {
    const all = choose(state, seen, `w${seed}-${n}`, pick)
    const change = all[Math.floor(pick() * all.length)]
    if (change !== undefined) await perform(engine, state, seen, change)
  }
}

/** Appends to several threads at once; nothing but the events is told. */
const appends = async (engine: Engine, seed: number): Promise<void> => {
  const pick = random(seed)
  const one = async (id: string): Promise<void> => {
    for (let n = 0; ; n++) {
      const message = `a${seed}-${n} ${'x'.repeat(Math.floor(pick() * 3000))}`
      say({ began: 'append', threads: [id] })
      const answer = await engine.append(id, [said(message)])()
      const events = E.isRight(answer)
        ? [{ thread: id, revision: answer.right.from.revision, message }]
        : []
      const refused = E.isLeft(answer) ? answer.left._tag : null
      say({ done: 'append', refused, shown: {}, events })
    }
  }
  await Promise.all([OLD, MOVED, PAGED, REVERTED].map(one))
}

/** Catches up and reads, again and again. */
const readAgain = async (engine: Engine): Promise<void> => {
  for (;;) {
    say({ began: 'catch_up', threads: [] })
    await right(engine.status())
    for (const id of [OLD, PAGED]) await right(engine.listTurns(id, { limit: 2 }))
    say({ done: 'catch_up', refused: null, shown: {}, events: [] })
  }
}

const backfill = async (engine: Engine): Promise<void> => {
  say({ began: 'backfill', threads: [] })
  await right(engine.status())
  say({ done: 'backfill', refused: null, shown: {}, events: [] })
  await new Promise(() => setInterval(() => undefined, 1000))
}

/**
 * Works on a home until it is killed. `UNROLL_TORTURE_NO_SYNC` names a folder whose files are never synced: the control of
 * the power cuts.
 */
const work = async (kind: Kind, home: string, index: string, seed: number): Promise<void> => {
  const unsynced = process.env['UNROLL_TORTURE_NO_SYNC']
  if (unsynced !== undefined) {
    watchCalls()
    arm({ act: 'no_sync', at: 1, lasts: true }, [unsynced])
  }
  const engine = await openedEngine({ home, index })
  if (kind === 'mixed') await oneByOne(engine, seed, (...now) => choices(engine, ...now))
  else if (kind === 'upkeep')
    await oneByOne(engine, seed, (_, __, name) => upkeepChoices(engine, home, name))
  else if (kind === 'append') await appends(engine, seed)
  else if (kind === 'read') await readAgain(engine)
  else await backfill(engine)
}

const [kind = '', home = '', index = '', seed = '0'] = process.argv.slice(2)
void work(kind as Kind, home, index, Number(seed))
