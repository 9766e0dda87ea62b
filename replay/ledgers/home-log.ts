/**
 * Read models over a home log, kept the way those over rollouts are: rows, state and checkpoint change in one transaction,
 * and only what was appended since is read. A log that is shorter than it was, or another file, is folded again from its
 * first line.
 *
 *   [home-log, model@version] -> checkpoint: how far the log is folded, and the state there
 */
import * as E from 'fp-ts/lib/Either.js'
import { tableName } from '../../projections/catalogue.ts'
import type { HomeLogModel, RowKey, Rows, RowWrite } from '../../projections/projection.ts'
import { afterPrefix, overlay, toStored, type Overlay } from '../catch-up/overlay.ts'
import type { HomeLog, HomeLogFile } from '../home-ports.ts'
import type { Guard, Index } from '../ports.ts'
import type { Result } from '../result.ts'

/** Home logs have the same rows whichever era is asked for. */
const VIEW = 'home'

type NamedModel = Pick<HomeLogModel<unknown>, 'name' | 'version' | 'tables'>

export const homeLogTable = ({ name, version }: NamedModel): string =>
  tableName(name, version, VIEW)

interface LogCheckpoint<S> extends HomeLogFile {
  /** Where the next line begins. */
  readonly nextBytes: number
  /** The last line that was folded; null before the first. */
  readonly guard: Guard | null
  /** True when everything that the file held was folded. */
  readonly complete: boolean
  readonly state: S
}

export const HOME_LOG_CHECKPOINTS = 'home-log'

const WRITES_MAX = 4096
const ATTEMPTS_MAX = 8

const keyOf = ({ name, version }: NamedModel): RowKey => [
  HOME_LOG_CHECKPOINTS,
  `${name}@${version}`
]

const isCurrent = (old: LogCheckpoint<unknown>, file: HomeLogFile): boolean =>
  old.complete &&
  old.sizeBytes === file.sizeBytes &&
  old.modifiedAtMs === file.modifiedAtMs &&
  old.inode === file.inode

/** True when the log still begins with what was folded. */
const continues = async (
  log: HomeLog,
  old: LogCheckpoint<unknown>,
  file: HomeLogFile
): Promise<Result<boolean>> => {
  if (old.inode !== file.inode || file.sizeBytes < old.nextBytes) return E.right(false)
  return old.guard === null ? E.right(true) : log.verify(old.guard)
}

const deletes = (index: Index, model: NamedModel): ReadonlyArray<RowWrite> =>
  model.tables.flatMap((end) => {
    const prefix = [`${homeLogTable(model)}${end}`]
    return index.keys(prefix, afterPrefix(prefix)).map((key) => ({ key, value: null }))
  })

/** No log: as if it had been read and were empty. */
const NO_FILE: HomeLogFile = { sizeBytes: 0, modifiedAtMs: 0, inode: 0 }

interface LogFold<S> {
  readonly index: Index
  readonly model: HomeLogModel<S>
  readonly file: HomeLogFile
  readonly rows: Overlay
  /** As it is in the index. */
  stored: LogCheckpoint<S> | undefined
}

/** Commits what was folded so far; `moved` when another process was there first. */
const commit = async <S>(run: LogFold<S>, at: LogCheckpoint<S>) => {
  const key = keyOf(run.model)
  const writes = [...run.rows.take(), toStored({ key, value: at })]
  const expected = toStored({ key, value: run.stored ?? null })
  const done = await run.index.commit(writes, [expected])()
  if (E.isRight(done) && done.right === 'committed') run.stored = at
  return done
}

const foldFrom = async <S>(run: LogFold<S>, log: HomeLog, start: LogCheckpoint<S> | undefined) => {
  const { model, file, rows } = run
  const around = { rows, table: homeLogTable(model) }
  let state = start?.state ?? model.initial
  let guard = start?.guard ?? null
  let nextBytes = start?.nextBytes ?? 0
  for await (const line of log.read(nextBytes)) {
    // A line without its newline is still being written, or was cut off; the next append shows which.
    if (!line.terminated) break
    const [next, writes] = model.evolve(state, line, around)
    state = next
    rows.put(writes)
    const { offset, bytes, checksum, terminated } = line
    guard = { offset, bytes, checksum, terminated }
    nextBytes = offset + bytes + 1
    if (rows.size() < WRITES_MAX) continue
    const done = await commit(run, { ...file, nextBytes, guard, complete: false, state })
    if (E.isLeft(done) || done.right === 'moved') return done
  }
  return commit(run, { ...file, nextBytes, guard, complete: true, state })
}

/**
 * Makes the rows of a model as new as its log, and gives rows to read. Costs one `stat` when nothing was appended.
 * `Busy` when other processes keep folding the same log.
 */
export const foldHomeLog = async <S>(
  index: Index,
  log: HomeLog,
  model: HomeLogModel<S>
): Promise<Result<Rows>> => {
  const key = keyOf(model)
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    // Read before the file is looked at: otherwise a concurrent fold would look like another log.
    const stored = index.get(key) as LogCheckpoint<S> | undefined
    const looked = await log.look()
    if (E.isLeft(looked)) return looked
    const file = looked.right ?? NO_FILE
    if (stored !== undefined && isCurrent(stored, file)) return E.right(overlay(index))
    const goesOn = stored === undefined ? E.right(false) : await continues(log, stored, file)
    if (E.isLeft(goesOn)) return goesOn
    const rows = overlay(index)
    if (!goesOn.right) rows.put(deletes(index, model))
    const run: LogFold<S> = { index, model, file, rows, stored }
    const done = await foldFrom(run, log, goesOn.right ? stored : undefined)
    if (E.isLeft(done)) return done
    if (done.right === 'committed') return E.right(overlay(index))
  }
  return E.left({ _tag: 'Busy', what: `the index rows of ${model.name}` })
}
