/**
 * One command's use of an engine: open it, show progress, stop when told to, and close it whatever happens.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { describe, type StoreError } from '../../domain/errors.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import type { Engine } from '../../replay/engine.ts'
import type { PastPoint } from '../../replay/past/time-travel/past.ts'
import { isFolder } from '../home/places.ts'
import type { EngineOptions } from '../library.ts'
import { addressOf } from '../log/eventstore/connection/connection-string.ts'
import { flagOf, textOf, type Input } from './args.ts'
import type { Io } from './io.ts'
import { pointIn } from './options.ts'
import { startProgress } from './text/progress.ts'
import { waitingLine } from './text/waiting.ts'
import { ownFailure, warn, type CommandFailure } from './text/report.ts'

/** Opens an engine; tests pass their own. */
export type OpenEngine = (options: EngineOptions) => Promise<E.Either<StoreError, Engine>>

/** The real engine, loaded when it is first needed. */
export const openReal: OpenEngine = async (options) =>
  (await import('../library.ts')).openEngine(options)

/** How a command ends: with an exit code, or with a failure, which `run` reports. */
export type CommandEnd = number | E.Either<StoreError | CommandFailure, number>

export type EngineCommand = (input: Input, io: Io, engine: Engine) => Promise<CommandEnd>

/** A command that opens what it needs itself. */
export type HomeCommand = (
  input: Input,
  io: Io,
  home: CommandPlace,
  open: OpenEngine
) => Promise<CommandEnd>

/** A command that needs no home, or finds one in its own way. */
export type FreeCommand = (input: Input, io: Io, open: OpenEngine) => Promise<CommandEnd>

/** Where a command reads, as its options say. */
export interface CommandPlace {
  readonly home: string
  readonly index?: string
  /** Connection string of the store that holds the threads; absent where the files of the home do. */
  readonly store?: string
  /** Answer as it would have been then; absent for now. */
  readonly at?: PastPoint
}

/** Asks for the files of the home where the environment names a store. */
const FILES = 'file'

/** The connection string that the options or the environment name; undefined without one. */
export const storeOf = (input: Input, { env }: Io): E.Either<StoreError, string | undefined> => {
  const store = textOf(input, 'store') ?? env['UNROLL_STORE'] ?? ''
  if (store === '' || store === FILES) return E.right(undefined)
  return E.map(() => store)(addressOf(store))
}

/** The home, index, store and point in time the options name. */
export const placeOf = async (
  input: Input,
  io: Io
): Promise<E.Either<StoreError, CommandPlace>> => {
  const { defaultHome } = await import('../home/places.ts')
  const store = storeOf(input, io)
  if (E.isLeft(store)) return store
  const named = textOf(input, 'home') ?? io.env['CODEX_HOME'] ?? ''
  const path = named === '' ? defaultHome({}) : resolve(io.cwd, named)
  const place = {
    ...withIndex(input, io, path),
    ...(store.right === undefined ? {} : { store: store.right })
  }
  if (textOf(input, 'at') === undefined) return E.right(place)
  return E.map((at: PastPoint) => ({ ...place, at }))(pointIn(input, io))
}

/** Opens the same place as it was at a point, for what a command looks up there. */
export const openPast =
  (input: Input, io: Io) =>
  async (at: PastPoint): Promise<E.Either<StoreError, Engine>> => {
    const place = await placeOf(input, io)
    if (E.isLeft(place)) return place
    return openReal({ ...place.right, ...answers(input), actor: 'cli', at })
  }

/** A home with the index the options name. */
export const withIndex = (input: Input, io: Io, home: string): CommandPlace => {
  const index = textOf(input, 'index')
  if (index === undefined) return { home }
  return { home, index: index === 'memory' ? index : resolve(io.cwd, index) }
}

/** Which answers a command wants. */
export const answers = (
  input: Input
): { readonly profile: ProfileName; readonly strict: boolean; readonly rich: boolean } => {
  const strict = flagOf(input, 'strict')
  return {
    profile: (textOf(input, 'profile') ?? '0.169') as ProfileName,
    strict,
    rich: (textOf(input, 'items') ?? (strict ? 'codex' : 'rich')) === 'rich'
  }
}

/** The failure of a home that does not exist; null when it does, or when a store holds the threads. */
export const missingHome = ({ home, store }: CommandPlace): CommandFailure | null =>
  store !== undefined || isFolder(home)
    ? null
    : ownFailure(
        'home_not_found',
        `there is no Codex home at ${home}`,
        'name one with --home DIR or $CODEX_HOME, or type "unroll start" for a sample'
      )

/** Runs `use` over the files of a home; `instead` says what to do where a store holds the threads. */
export const withHomeFiles = async (
  input: Input,
  place: CommandPlace,
  instead: string,
  use: (home: string) => Promise<CommandEnd>
): Promise<CommandEnd> => {
  if (place.store !== undefined) {
    const reason = `${input.command.name} is about files, and a store holds the threads`
    return E.left({ _tag: 'NotPossible', reason, next: instead })
  }
  const missing = missingHome(place)
  return missing === null ? use(place.home) : E.left(missing)
}

const stopped = (stop: AbortSignal): Promise<number> =>
  new Promise((resolve) => {
    const end = () => resolve(stop.reason as number)
    if (stop.aborted) end()
    else stop.addEventListener('abort', end, { once: true })
  })

/** What kept an engine from opening: an error of the operating system says it better than we can. */
const openFailure = ({ home, index }: CommandPlace, thrown: unknown): unknown => {
  if (!(thrown instanceof Error) || typeof (thrown as NodeJS.ErrnoException).errno === 'number') {
    return thrown
  }
  const path = index ?? `its default place for ${home}`
  return { _tag: 'IndexUnavailable', path, reason: thrown.message } satisfies StoreError
}

/**
 * Runs `use` over an engine. When the process is told to stop, the answer does not wait for `use`: the engine is
 * closed under it, which leaves the index as of its last transaction. `use` prints through the `io` it is given. Where the
 * index cannot be used, one in memory is, with a warning, unless the command is about the index.
 */
export const withEngine = async (
  input: Input,
  io: Io,
  open: OpenEngine,
  place: CommandPlace,
  use: (engine: Engine, io: Io) => Promise<CommandEnd>,
  needsIndex = false
): Promise<CommandEnd> => {
  const missing = missingHome(place)
  if (missing !== null) return E.left(missing)
  const waiting = waitingLine(io)
  const progress = startProgress(waiting.io)
  const quiet = progress.before(waiting.io)
  const opened = await open({
    ...place,
    ...answers(input),
    actor: 'cli',
    onProgress: progress.show,
    onSilentStore: waiting.show,
    ...(needsIndex
      ? {}
      : {
          onUnusableIndex: (why: StoreError) =>
            warn(`${describe(why)}; using an index in memory instead`, quiet)
        })
  }).catch((thrown: unknown) => {
    throw openFailure(place, thrown)
  })
  if (E.isLeft(opened)) {
    progress.clear()
    waiting.clear()
    return opened
  }
  const engine = opened.right
  try {
    return await Promise.race([use(engine, quiet), stopped(io.stop)])
  } finally {
    progress.clear()
    waiting.clear()
    await engine.close()
  }
}
