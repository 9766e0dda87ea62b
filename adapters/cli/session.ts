/**
 * One command's use of an engine: open it, show progress, stop when told to, and close it whatever happens.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, type StoreError } from '../../domain/errors.ts'
import type { ProfileName } from '../../domain/profile.ts'
import type { Engine } from '../../replay/engine.ts'
import type { PastPoint } from '../../replay/time-travel/past.ts'
import type { EngineOptions } from '../library.ts'
import { addressOf } from '../eventstore/connection/address.ts'
import { flagOf, textOf, type Input } from './args.ts'
import type { Io } from './io.ts'
import { startProgress } from './text/progress.ts'
import { failureOf, report } from './text/report.ts'
import { oneLine } from './text/text.ts'

/** Opens an engine; tests pass their own. */
export type Open = (options: EngineOptions) => Promise<E.Either<StoreError, Engine>>

/** The real engine, loaded when it is first needed. */
export const openReal: Open = async (options) => (await import('../library.ts')).openEngine(options)

/** A command over an engine; the number is the exit code. */
export type EngineCommand = (input: Input, io: Io, engine: Engine) => Promise<number>

/** A command that opens what it needs itself. */
export type PlainCommand = (input: Input, io: Io, open: Open) => Promise<number>

/** Where a command reads, as its options say. */
export interface Place {
  readonly home: string
  readonly index?: string
  /** Connection string of the store that holds the threads; absent where the files of the home do. */
  readonly store?: string
  /** Answer as it would have been then; absent for now. */
  readonly at?: PastPoint
}

/** How the files of the home are asked for where the environment names a store. */
const FILES = 'file'

/** The connection string that the options or the environment name; throws `InvalidRequest` when it is none. */
export const storeOf = (input: Input, { env }: Io): string | undefined => {
  const store = textOf(input, 'store') ?? env['UNROLL_STORE'] ?? ''
  if (store === '' || store === FILES) return undefined
  const address = addressOf(store)
  if (E.isLeft(address)) throw address.left as unknown as Error
  return store
}

/** The home, index, store and point in time the options name. */
export const placeOf = async (input: Input, io: Io): Promise<Place> => {
  const { defaultHome } = await import('../home/places.ts')
  const home = textOf(input, 'home')
  const store = storeOf(input, io)
  const place = withIndex(
    input,
    io,
    home === undefined ? defaultHome(io.env) : resolve(io.cwd, home)
  )
  const { nowMs } = io
  const at =
    textOf(input, 'at') === undefined
      ? {}
      : { at: (await import('./point.ts')).pointIn(input, nowMs()) }
  return store === undefined ? { ...place, ...at } : { ...place, store, ...at }
}

/** A home with the index the options name. */
export const withIndex = (input: Input, io: Io, home: string): Place => {
  const index = textOf(input, 'index')
  if (index === undefined) return { home }
  return { home, index: index === 'memory' ? index : resolve(io.cwd, index) }
}

/** The answers a command wants. */
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

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Reports a home that is not there; null when it is, or when a store holds the threads. */
export const missingHome = ({ home, store }: Place, input: Input, io: Io): Promise<number> | null =>
  store !== undefined || isDirectory(home)
    ? null
    : report(
        {
          kind: 'home_not_found',
          message: `there is no Codex home at ${home}`,
          hint: 'name one with --home DIR or $CODEX_HOME, or type "unroll start" for a sample',
          retryable: false,
          exit: 3
        },
        input.json,
        io
      )

const stopped = (stop: AbortSignal): Promise<number> =>
  new Promise((resolve) => {
    const end = () => resolve(stop.reason as number)
    if (stop.aborted) end()
    else stop.addEventListener('abort', end, { once: true })
  })

/** What kept an engine from opening: an error of the operating system says it better than we can. */
const openFailure = ({ home, index }: Place, thrown: unknown): unknown => {
  if (!(thrown instanceof Error) || typeof (thrown as NodeJS.ErrnoException).errno === 'number') {
    return thrown
  }
  const path = index ?? `its default place for ${home}`
  return { _tag: 'IndexUnavailable', path, reason: thrown.message } satisfies StoreError
}

/** Tells that a store does not answer, and that it is waited for. */
export const tellSilence = (why: StoreError, io: Io): void =>
  io.err(`unroll: ${oneLine(describe(why))}; trying again for a while\n`)

/**
 * Runs `use` over an engine. When the process is told to stop, the answer does not wait for `use`: the engine is
 * closed under it, which leaves the index as of its last transaction. `use` prints through the `io` it is given. Where the
 * index cannot be used, one in memory is, and the person is told, unless the command is about the index.
 */
export const withEngine = async (
  input: Input,
  io: Io,
  open: Open,
  place: Place,
  use: (engine: Engine, io: Io) => Promise<number>,
  needsIndex = false
): Promise<number> => {
  const missing = missingHome(place, input, io)
  if (missing !== null) return missing
  const progress = startProgress(io)
  const onUnusableIndex = (why: StoreError): void =>
    progress.before(io).err(`unroll: ${describe(why)}; going on with an index in memory\n`)
  const onSilentStore = (why: StoreError): void => tellSilence(why, progress.before(io))
  const options = {
    ...{ ...place, ...answers(input), actor: 'cli', onProgress: progress.show },
    ...{ onSilentStore, ...(needsIndex ? {} : { onUnusableIndex }) }
  }
  const opened = await open(options).catch((thrown: unknown) => {
    throw openFailure(place, thrown)
  })
  if (E.isLeft(opened)) {
    progress.clear()
    return report(failureOf(opened.left), input.json, io)
  }
  const engine = opened.right
  try {
    return await Promise.race([use(engine, progress.before(io)), stopped(io.stop)])
  } finally {
    progress.clear()
    await engine.close()
  }
}
