/**
 * The engine: one function per use case over a store, an index and the names of threads.
 *
 * Every read first catches the index up with the log, so what it answers is never older than the files were when
 * the call began.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../domain/errors.ts'
import { isUuid, streamId, type StreamId } from '../domain/ids.ts'
import type { Page, Thread, Turn } from '../domain/protocol.ts'
import { tableOf, viewName } from '../projections/catalogue.ts'
import { damage, type DamageRow } from '../projections/damage.ts'
import type { ThreadRow } from '../projections/threads.ts'
import { homeCatchUp, type HomeCatchUp } from './backfill.ts'
import { codexListPage, fromDatabase } from './codex-list.ts'
import { codexTimes } from './codex-times.ts'
import { itemPage, type ItemPageRequest, type TurnItem } from './item-page.ts'
import type { ListRequest } from './list-filter.ts'
import { listPage, threadRow, type Listed } from './list.ts'
import { afterPrefix } from './overlay.ts'
import { START, type Batch, type Names, type Position, type StreamInfo } from './ports.ts'
import { catchUp, checkpointOf, type Env, type Progress } from './project.ts'
import { threadView, type Face, type ViewContext } from './thread-view.ts'
import { allTurns, liveTurns, turnPage, type TurnPageRequest } from './turn-page.ts'

/** What the engine is made of. */
export interface EngineParts extends Env {
  readonly names: Names
  /** Provider of threads whose file names none, and of lists that name none. */
  readonly defaultProvider: string
  readonly progress: Progress
}

/** A damaged line and where it stands. */
export interface DamagedPlace extends DamageRow {
  readonly revision: number
}

/** What the index knows of a home. */
export interface IndexStatus {
  readonly threads: number
  readonly turns: number
  readonly damagedLines: number
  /** Rollouts whose last line is not finished: being written right now, or torn. */
  readonly unfinishedTails: number
  readonly bytes: number
}

/** Everything a caller can ask. */
export interface Engine {
  readonly listThreads: (request: ListRequest) => TE.TaskEither<StoreError, Page<Thread>>
  readonly readThread: (threadId: string, includeTurns: boolean) => TE.TaskEither<StoreError, Thread>
  readonly listTurns: (threadId: string, request: TurnPageRequest) => TE.TaskEither<StoreError, Page<Turn>>
  readonly listItems: (threadId: string, request: ItemPageRequest) => TE.TaskEither<StoreError, Page<TurnItem>>
  /** Raw lines of a thread in batches, damaged ones included. */
  readonly events: (threadId: string, from: Position) => TE.TaskEither<StoreError, AsyncIterable<Batch>>
  /** A thread by id, unique beginning of an id, or name. */
  readonly resolve: (text: string) => TE.TaskEither<StoreError, StreamId>
  /** What an id's file tells without being read. */
  readonly locate: (threadId: string) => E.Either<StoreError, StreamInfo>
  readonly damage: (threadId: string) => TE.TaskEither<StoreError, ReadonlyArray<DamagedPlace>>
  /** Catches the whole home up and counts what is there. */
  readonly status: () => TE.TaskEither<StoreError, IndexStatus>
  /** Deletes every row and folds the whole home again. */
  readonly rebuild: () => TE.TaskEither<StoreError, IndexStatus>
  readonly close: () => Promise<void>
}

/** Strict mode: the file-wide reasons for which Codex refuses a read. */
const refusal = (
  parts: EngineParts,
  info: StreamInfo,
  row: ThreadRow,
  withTurns: boolean
): StoreError | null => {
  if (!parts.strict) return null
  const { path } = info
  if (row.facts.head === null && (withTurns || row.facts.lastEventAt === null)) {
    return { _tag: 'UnreadableRollout', path, reason: row.facts.itemBeforeMeta ? 'no_session_meta' : 'empty' }
  }
  if (!withTurns) return null
  const broken = damageRows(parts, info.streamId).some(({ reason }) => reason === 'not_utf8')
  return broken ? { _tag: 'UnreadableRollout', path, reason: 'not_utf8' } : null
}

const damageRows = (env: Env, id: StreamId): ReadonlyArray<DamagedPlace> => {
  const prefix = [tableOf(damage, viewName(env.profile, env.strict)), id]
  return env.index
    .range(prefix, afterPrefix(prefix), Infinity, false)
    .map(([key, value]) => ({ ...(value as DamageRow), revision: key[2] as number }))
}

/** Serves each stream's catch-up once, however many calls wait for it. */
const sharedCatchUp = (env: Env) => {
  const running = new Map<string, Promise<E.Either<StoreError, void>>>()
  return (info: StreamInfo): Promise<E.Either<StoreError, void>> => {
    const known = running.get(info.streamId)
    if (known !== undefined) return known.then(() => catchUp(env, info))
    const started = catchUp(env, info).finally(() => running.delete(info.streamId))
    running.set(info.streamId, started)
    return started
  }
}

interface Opened {
  readonly info: StreamInfo
  readonly row: ThreadRow
}

const opener = (parts: EngineParts) => {
  const fresh = sharedCatchUp(parts)
  return async (threadId: string, withTurns: boolean): Promise<E.Either<StoreError, Opened>> => {
    const found = parts.store.find(streamId(threadId))
    if (E.isLeft(found)) return found
    const info = found.right
    const caughtUp = await fresh(info)
    if (E.isLeft(caughtUp)) return caughtUp
    const row = threadRow(parts, info.streamId)
    if (row === null) return E.left({ _tag: 'StreamNotFound', streamId: threadId })
    const refused = refusal(parts, info, row, withTurns)
    return refused === null ? E.right({ info, row }) : E.left(refused)
  }
}

const statusOf = (parts: EngineParts, infos: ReadonlyArray<StreamInfo>): IndexStatus => {
  let turns = 0
  let damagedLines = 0
  let unfinishedTails = 0
  let bytes = 0
  for (const info of infos) {
    const checkpoint = checkpointOf(parts, info.streamId)
    turns += liveTurns(parts, info).count
    damagedLines += damageRows(parts, info.streamId).length
    if (!info.compressed && checkpoint !== null && checkpoint.next.offset < checkpoint.sizeBytes) unfinishedTails += 1
    bytes += info.sizeBytes
  }
  return { threads: infos.length, turns, damagedLines, unfinishedTails, bytes }
}

const resolver =
  (parts: EngineParts, home: () => Promise<E.Either<StoreError, ReadonlyArray<StreamInfo>>>) =>
  (text: string) =>
  async (): Promise<E.Either<StoreError, StreamId>> => {
    const asId = text.toLowerCase()
    if (isUuid(asId)) return E.map((info: StreamInfo) => info.streamId)(parts.store.find(streamId(asId)))
    const listed = await home()
    if (E.isLeft(listed)) return listed
    const byId = listed.right.filter((info) => info.streamId.startsWith(asId)).map((info) => info.streamId)
    const byName = listed.right.filter((info) => parts.names.nameOf(info.streamId) === text).map((i) => i.streamId)
    const candidates = text === '' ? [] : [...new Set([...byName, ...byId])]
    const [only] = candidates
    if (only !== undefined && candidates.length === 1) return E.right(only)
    return E.left(
      candidates.length === 0
        ? { _tag: 'StreamNotFound', streamId: text }
        : { _tag: 'AmbiguousThread', text, candidates }
    )
  }

type NameOf = (threadId: string) => string | null

interface ListedPage {
  readonly page: Page<Listed>
  /** Every file of the home, when the page needed them. */
  readonly infos: ReadonlyArray<StreamInfo> | null
}

const strictList = async (
  parts: EngineParts,
  home: HomeCatchUp,
  request: ListRequest,
  nameOf: NameOf
): Promise<E.Either<StoreError, ListedPage>> => {
  const caughtUp = await home.everything()
  if (E.isLeft(caughtUp)) return caughtUp
  const infos = caughtUp.right
  return E.map((page: Page<Listed>): ListedPage => ({ page, infos }))(
    codexListPage(parts, infos, request, parts.defaultProvider, nameOf)
  )
}

const LIST_ATTEMPTS_MAX = 16

/** True when a list depends on more of each thread than its first facts. */
const needsEveryFile = (request: ListRequest): boolean =>
  (request.sortKey ?? 'created_at') !== 'created_at' ||
  (request.cwd ?? null) !== null ||
  (request.searchTerm ?? '') !== ''

/** A page whose every thread is as new as its file. */
const freshList = async (
  parts: EngineParts,
  home: HomeCatchUp,
  request: ListRequest,
  nameOf: NameOf
): Promise<E.Either<StoreError, ListedPage>> => {
  const every = needsEveryFile(request)
  const caughtUp = every ? await home.everything() : await home.membership()
  if (E.isLeft(caughtUp)) return caughtUp
  for (let attempt = 1; ; attempt++) {
    const page = listPage(parts, request, parts.defaultProvider, nameOf)
    if (E.isLeft(page)) return page
    const listed: ListedPage = { page: page.right, infos: null }
    if (every || attempt === LIST_ATTEMPTS_MAX) return E.right(listed)
    const changed = await home.shown(page.right.data.map((thread) => thread.streamId))
    if (E.isLeft(changed)) return changed
    if (!changed.right) return E.right(listed)
  }
}

/** Makes an engine; it owns the index and closes it. */
export const createEngine = (parts: EngineParts): Engine => {
  const open = opener(parts)
  const home = homeCatchUp(parts, parts.progress)
  const { profile, strict, defaultProvider, names } = parts
  const context = (infos: ReadonlyArray<StreamInfo> | null): ViewContext => {
    const all = names.all()
    const nameOf = (threadId: string): string | null => all.get(threadId) ?? null
    const times = strict && infos !== null ? codexTimes(infos, (id) => threadRow(parts, id)?.facts.preview != null) : null
    return { profile, defaultProvider, nameOf, times }
  }

  const listThreads: Engine['listThreads'] = (request) => async () => {
    const view = context(null)
    const listed = strict
      ? await strictList(parts, home, request, view.nameOf)
      : await freshList(parts, home, request, view.nameOf)
    if (E.isLeft(listed)) return listed
    const { page, infos } = listed.right
    const face: Face = fromDatabase(request) ? 'database' : 'list'
    const shownAs = infos === null ? view : context(infos)
    const data = page.data.flatMap(({ streamId: id, row }) => {
      const info = parts.store.find(streamId(id))
      return E.isLeft(info) ? [] : [threadView(row, info.right, face, shownAs, [])]
    })
    return E.right({ ...page, data })
  }

  const readThread: Engine['readThread'] = (threadId, includeTurns) => async () => {
    const opened = await open(threadId, includeTurns)
    if (E.isLeft(opened)) return opened
    const { info, row } = opened.right
    const face: Face = includeTurns ? 'whole' : 'head'
    const siblings = strict ? await home.everything() : E.right(null)
    if (E.isLeft(siblings)) return siblings
    const turns = includeTurns ? await allTurns(parts, info, 'full') : []
    return E.right(threadView(row, info, face, context(siblings.right), turns))
  }

  const status: Engine['status'] = () => async () => E.map((infos: ReadonlyArray<StreamInfo>) => statusOf(parts, infos))(await home.everything())

  return {
    listThreads,
    readThread,
    listTurns: (threadId, request) => async () => {
      const opened = await open(threadId, true)
      return E.isLeft(opened) ? opened : turnPage(parts, opened.right.info, request)
    },
    listItems: (threadId, request) => async () => {
      const opened = await open(threadId, true)
      return E.isLeft(opened) ? opened : itemPage(parts, opened.right.info, request)
    },
    events: (threadId, from) => async () =>
      Promise.resolve(E.map((info: StreamInfo) => parts.store.read(info, from, 'all'))(parts.store.find(streamId(threadId)))),
    resolve: resolver(parts, home.everything),
    locate: (threadId) => parts.store.find(streamId(threadId)),
    damage: (threadId) => async () => {
      const opened = await open(threadId, false)
      return E.isLeft(opened) ? opened : E.right(damageRows(parts, opened.right.info.streamId))
    },
    status,
    rebuild: () => async () => {
      const cleared = await parts.index.clear()()
      return E.isLeft(cleared) ? cleared : status()()
    },
    close: parts.index.close
  }
}

/** Where reading a whole thread begins. */
export const FROM_START = START
