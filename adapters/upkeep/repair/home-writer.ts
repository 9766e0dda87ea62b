/**
 * Moving and naming the threads of a home.
 *
 * Which files belong to a thread follows from their names alone and is the same for every era: a thread that is archived or
 * deleted must not leave a file behind because the era that is asked does not read it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { notPossible, type StoreError } from '../../../domain/errors.ts'
import { PROFILES } from '../../../domain/log/profile.ts'
import {
  OWN_FOLDER,
  trashOf,
  type HomeFile,
  type Relocation
} from '../../../domain/changes/relocation.ts'
import { ioFailure } from '../../../replay/guarded.ts'
import type { HomeWriter, RelocationResult, TrashEntry } from '../../../replay/home-ports.ts'
import { noTelemetry, stopwatch, type Telemetry } from '../../../replay/telemetry.ts'
import { isHeldByCodex } from '../../home/codex-lock.ts'
import { discovery } from '../../log/jsonl/discover.ts'
import { holdHome } from '../../home/hold.ts'
import { questionFiles } from '../../home/question-log.ts'
import { isThere } from '../../home/own-folder.ts'
import { readManifest, relocate, stoppedHalfway, type StepHook } from '../../home/relocate.ts'
import { appendName } from '../../home/session-index.ts'
import { ROLLOUT_ROOTS, walk } from '../../home/walk.ts'

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const SEGMENT = new RegExp(`^rollout-.*?(${UUID})_${UUID}\\.jsonl(\\.zst)?$`, 'i')
const FIRST = new RegExp(`(${UUID})\\.jsonl(\\.zst)?$`, 'i')

/** The thread a rollout's name says it belongs to. */
const threadOf = (name: string): string | null =>
  (SEGMENT.exec(name)?.[1] ?? FIRST.exec(name)?.[1] ?? null)?.toLowerCase() ?? null

const filesBelow = (
  home: string,
  root: (typeof ROLLOUT_ROOTS)[number]
): ReadonlyArray<HomeFile> => {
  if (!isThere(join(home, root))) return []
  return Array.from(walk(home, root)).flatMap(({ path, entry }) => {
    const threadId = entry.isFile() ? threadOf(entry.name) : null
    if (threadId === null) return []
    const stat = lstatSync(join(home, path), { throwIfNoEntry: false })
    if (stat === undefined) return []
    const archived = root !== 'sessions'
    return [{ threadId, path, archived, sizeBytes: stat.size, modifiedAtMs: stat.mtimeMs }]
  })
}

const rolloutFiles = (home: string): ReadonlyArray<HomeFile> =>
  ROLLOUT_ROOTS.flatMap((root) => filesBelow(home, root)).toSorted((a, b) =>
    a.path < b.path ? -1 : 1
  )

/** Threads whose lineage goes through a file of one of the others. */
const referrersIn = (home: string, threadIds: ReadonlyArray<string>): ReadonlyArray<string> => {
  const ids = new Set(threadIds)
  const found = discovery(home, PROFILES['0.169'])
  const paths = new Set(
    rolloutFiles(home)
      .filter(({ threadId }) => ids.has(threadId))
      .map(({ path }) => join(home, path))
  )
  return found
    .list()
    .streams.filter((info) => !ids.has(info.streamId))
    .filter((info) => found.lineage(info).some(({ path }) => paths.has(path)))
    .map((info) => info.streamId)
}

const trashEntries = (home: string): ReadonlyArray<TrashEntry> => {
  const folder = join(home, OWN_FOLDER, 'trash')
  if (!isThere(folder)) return []
  return readdirSync(folder)
    .sort()
    .reverse()
    .flatMap((operationId) => {
      const manifest = readManifest(home, trashOf(operationId))
      if (manifest === null) return []
      const files = manifest.files
        .filter(({ to }) => isThere(join(home, to)))
        .map(({ threadId, from, to, modifiedAtMs }) => ({ threadId, from, to, modifiedAtMs }))
      return files.length === 0 ? [] : [{ ...manifest, operationId, files }]
    })
}

const attempt = <A>(home: string, run: () => A): E.Either<StoreError, A> => {
  try {
    return E.right(run())
  } catch (cause) {
    return E.left(ioFailure(cause, home))
  }
}

/** Exchanges the files of a repair; every thread of it is touched, or none. */
const exchanged = async (
  home: string,
  relocation: Relocation,
  step: StepHook | undefined
): Promise<E.Either<StoreError, RelocationResult>> => {
  const { exchangeFiles } = await import('./exchange.ts')
  const { exchanges = [] } = relocation
  const done = exchangeFiles(home, exchanges, step)
  const failure = { _tag: 'IoFailure', operation: 'exchange files of', path: home } as const
  if (done.kind === 'unclear') return E.left({ ...failure, cause: done.reason, unfinished: true })
  if (done.kind === 'refused' && done.bySystem)
    return E.left({ ...failure, cause: `${done.reason}; every file is as it was before` })
  if (done.kind === 'refused')
    return E.left(notPossible(done.reason, 'every file is as it was before'))
  const threadIds = exchanges.flatMap(({ threadId }) => (threadId === null ? [] : [threadId]))
  return E.right({ threadIds: [...new Set(threadIds)], skipped: [] })
}

/** As `attempt`; a failure in the middle stays unfinished in the log, so that whoever moves files next finishes it. */
const relocated = <A>(home: string, run: () => A): E.Either<StoreError, A> => {
  try {
    return E.right(run())
  } catch (cause) {
    const failure = ioFailure(cause, home)
    const isHalf = failure._tag === 'IoFailure' && stoppedHalfway(cause)
    return E.left(isHalf ? { ...failure, unfinished: true } : failure)
  }
}

interface HomeWriterOptions {
  /** Called before every step of a relocation. */
  readonly step?: StepHook
  /** True while another unroll process writes to a thread. */
  readonly isOpen?: (threadId: string) => boolean
  readonly telemetry?: Telemetry
}

export const homeWriter = (
  home: string,
  { step, isOpen = () => false, telemetry = noTelemetry }: HomeWriterOptions = {}
): HomeWriter => ({
  nowMs: () => Date.now(),
  hold: async () => {
    const stop = stopwatch(telemetry, 'lock.wait.duration')
    const held = await holdHome(home)
    const outcome = E.isRight(held) ? 'taken' : held.left._tag === 'Busy' ? 'busy' : 'failed'
    stop({ lock: 'files', outcome })
    return held
  },
  files: async () => attempt(home, () => rolloutFiles(home)),
  beside: async (threadIds) => attempt(home, () => questionFiles(home, threadIds)),
  isHeld: (threadId) => isHeldByCodex(home, threadId) || isOpen(threadId),
  isLocked: isOpen,
  remembersPlaces: () => isThere(join(home, 'thread_history_1.sqlite')),
  referrers: async (threadIds) => attempt(home, () => referrersIn(home, threadIds)),
  stageUndo: async (operationId, done) => {
    try {
      const { stageUndo } = await import('./stage.ts')
      return await stageUndo(home, operationId, done, step)
    } catch (cause) {
      return E.left(ioFailure(cause, home))
    }
  },
  relocate: async (relocation, operationId) => {
    if (relocation.exchanges !== undefined) return exchanged(home, relocation, step)
    const done = relocated(home, () => relocate(home, relocation, operationId, step))
    if (E.isLeft(done)) return done
    return typeof done.right === 'string'
      ? E.left(notPossible(done.right, 'nothing was moved'))
      : E.right(done.right)
  },
  trash: async () => attempt(home, () => trashEntries(home)),
  appendName: async (threadId, name) =>
    attempt(home, () => appendName(home, threadId, name, Date.now()))
})
