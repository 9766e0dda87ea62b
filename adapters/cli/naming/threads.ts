/**
 * Threads as people name them, and as they are named to people.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import { isUuid } from '../../../domain/ids.ts'
import type { Thread } from '../../../domain/protocol.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { LostThread } from '../../log/eventstore/directory/lost.ts'
import type { Input } from '../args.ts'
import type { Io } from '../io.ts'
import { shortIds } from '../text/short-id.ts'
import { threadNamed } from './thread-name.ts'
import type { CommandFailure, Tried } from '../text/report.ts'
import {
  withEngine,
  type CommandEnd,
  type EngineCommand,
  type OpenEngine,
  type CommandPlace
} from '../session.ts'

export { shortIds }

/** The thread that a text names; undefined where there is no text. */
export const optionalThread = async (
  engine: Engine,
  text: string | undefined
): Promise<Tried<string | undefined>> =>
  text === undefined ? E.right(undefined) : threadNamed(engine, text)

/** The id of a thread that may be deleted by now, and the failure to find it: only its whole id names it then. */
export const threadOrId = async (
  engine: Engine,
  text: string | undefined
): Promise<{
  readonly threadId: string | undefined
  readonly missing: E.Left<StoreError | CommandFailure> | null
}> => {
  const found = await optionalThread(engine, text)
  return E.isLeft(found)
    ? { threadId: text?.toLowerCase(), missing: found }
    : { threadId: found.right, missing: null }
}

/** A command about the thread that its first argument names. */
export const ofThread =
  (
    use: (threadId: string, input: Input, io: Io, engine: Engine) => Promise<CommandEnd>
  ): EngineCommand =>
  async (input, io, engine) => {
    const found = await threadNamed(engine, input.args[0] ?? '')
    return E.isLeft(found) ? found : use(found.right, input, io, engine)
  }

/** What an engine answers that is needed for nothing else; a `Left` is how the command ends instead. */
export const asked = async <A extends object | string>(
  input: Input,
  io: Io,
  place: CommandPlace,
  open: OpenEngine,
  ask: (engine: Engine) => Promise<Tried<A>>
): Promise<E.Either<CommandEnd, A>> => {
  let answer: A | undefined
  const ended = await withEngine(input, io, open, place, async (engine) => {
    const found = await ask(engine)
    if (E.isLeft(found)) return found
    answer = found.right
    return 0
  })
  return answer === undefined ? E.left(ended) : E.right(answer)
}

/** The thread that a text names, for a command that needs an engine for nothing else. */
export const threadIdIn = (
  text: string,
  input: Input,
  io: Io,
  place: CommandPlace,
  open: OpenEngine
): Promise<E.Either<CommandEnd, string>> =>
  asked(input, io, place, open, (engine) => threadNamed(engine, text))

/** The threads that words name, in a command that needs an engine for nothing else; whole ids need none. */
export const threadIdsIn = async (
  words: ReadonlyArray<string>,
  input: Input,
  io: Io,
  place: CommandPlace,
  open: OpenEngine
): Promise<E.Either<CommandEnd, ReadonlyArray<string>>> => {
  if (words.every((word) => isUuid(word.toLowerCase())))
    return E.right(words.map((word) => word.toLowerCase()))
  return asked(input, io, place, open, async (engine) => {
    const ids: Array<string> = []
    for (const word of words) {
      const found = await threadNamed(engine, word)
      if (E.isLeft(found)) return found
      ids.push(found.right)
    }
    return E.right(ids)
  })
}

/** What the index of this machine says of a store, after it caught up with it. */
interface StoredThreads {
  /** Every thread with its name. */
  readonly names: ReadonlyMap<string, string | null>
  readonly lost: ReadonlyArray<LostThread>
}

const storedThreads = async (
  place: CommandPlace & { readonly store: string }
): Promise<E.Either<StoreError, StoredThreads>> => {
  const { openAll } = await import('../../open.ts')
  const opened = await openAll({ ...place, onUnusableIndex: () => undefined })
  if (E.isLeft(opened)) return opened
  const { engine, store } = opened.right
  try {
    if (store === null) return E.right({ names: new Map(), lost: [] })
    const { directory } = store
    const done = await directory.refresh('all')
    if (E.isLeft(done)) return done
    const names = [...directory.all()].map(
      ([thread, { name }]) => [String(thread), name?.name ?? null] as const
    )
    return E.right({ names: new Map(names), lost: directory.lost() })
  } finally {
    await engine.close()
  }
}

/** Threads of a store that somebody took away at the server. */
export const lostThreads = async (
  place: CommandPlace & { readonly store: string }
): Promise<E.Either<StoreError, ReadonlyArray<LostThread>>> =>
  E.map(({ lost }: StoredThreads) => lost)(await storedThreads(place))

/**
 * Threads of a store, lost ones too, and `others` that words name; all of them without words. Whole ids need no index.
 */
export const threadsMeant = async (
  place: CommandPlace & { readonly store: string },
  words: ReadonlyArray<string>,
  others: ReadonlyArray<string> = []
): Promise<E.Either<StoreError, ReadonlyArray<string>>> => {
  const ids = words.map((word) => word.toLowerCase())
  if (words.length > 0 && ids.every(isUuid)) return E.right([...new Set(ids)])
  const stored = await storedThreads(place)
  if (E.isLeft(stored)) return stored
  const { names, lost } = stored.right
  const missing = lost.map(({ threadId }) => String(threadId))
  const all = [...new Set([...names.keys(), ...missing, ...others])]
  const { chosen } = await import('../../log/eventstore/sync/choose.ts')
  return chosen(words, all, (thread) => names.get(thread) ?? null)
}

/** How a command runs that may need an engine to find what words name. */
export interface StoreAsking {
  readonly input: Input
  readonly io: Io
  readonly open: OpenEngine
}

/** The same, also by what the threads of the store are called in part, and by their places in the list. */
export const threadsMeantBy = async (
  place: CommandPlace & { readonly store: string },
  words: ReadonlyArray<string>,
  { input, io, open }: StoreAsking,
  others: ReadonlyArray<string> = []
): Promise<E.Either<CommandEnd, ReadonlyArray<string>>> => {
  const meant = await threadsMeant(place, words, others)
  if (E.isRight(meant)) return meant
  if (meant.left._tag !== 'StreamNotFound') return E.left(meant)
  return threadIdsIn(words, input, io, place, open)
}

/** What a person would call the thread. */
export const title = ({ name, preview }: Thread): string => name ?? preview

/** Cells of a column of ids. */
export const shortCells =
  <A>(id: (row: A) => string | null) =>
  (rows: ReadonlyArray<A>): ReadonlyArray<string> =>
    shortIds(rows.map((row) => id(row) ?? ''))
