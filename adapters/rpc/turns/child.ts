/**
 * The one Codex of a server: started when it is first needed, started again by the next who needs it, ended when it is idle.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { reasonOf } from '../wire/errors.ts'
import { eraOf } from './era.ts'
import { openLink, type ChildMessage, type CodexLink } from './link.ts'
import { startProgram, type CodexProgram, type RunningProgram } from './program.ts'

/** A Codex that listens and has shaken hands. */
export interface Child {
  readonly socketPath: string
  /** A connection of the server itself, which follows no thread. */
  readonly house: CodexLink
}

export interface ChildOptions {
  readonly program: CodexProgram
  readonly profile: ProfileName
  readonly log: (line: string) => void
  /** What the connection of the server is told. */
  readonly told: (message: ChildMessage) => void
  /** Called once for each child that was ready, when it has ended; `asked`: because it was told to. */
  readonly ended: (asked: boolean) => void
}

export interface Children {
  /** The child that runs, or the next one; `Left` says why there is none. `hello` is what it is greeted with. */
  readonly get: (hello: JsonObject) => Promise<E.Either<string, Child>>
  /** The child, if it is ready. */
  readonly ready: () => Child | null
  /** Resolves when a child that was told to end has ended and that was told; null: none was. */
  readonly ending: () => Promise<void> | null
  /** Ends the child that runs. */
  readonly stop: () => Promise<void>
  readonly close: () => Promise<void>
}

/** One that ended within this time ended at once, and is not started again for as long. */
const AT_ONCE_MS = 5000

interface Started {
  readonly child: Child
  readonly program: RunningProgram
}

/** What is wrong with the version of a child; null when it is that of the profile. */
const wrongVersion = (greeting: Json, profile: ProfileName): string | null => {
  const agent = isJsonObject(greeting) ? greeting['userAgent'] : null
  const era = eraOf(typeof agent === 'string' ? agent : '')
  if (era === profile) return null
  const named = typeof agent === 'string' ? agent.split(' ')[0] : 'no version'
  return `it is ${named}, and this server answers as ${profile}; start it again, with --profile of that version`
}

/** Shakes hands with a program that listens; `Left` says why it is not used. */
const greeted = async (
  { profile, told }: ChildOptions,
  program: RunningProgram,
  hello: JsonObject
): Promise<E.Either<string, Started>> => {
  const opened = await openLink(program.socketPath, hello, {
    received: (message) => told(message),
    // Without it nobody hears what the child has.
    ended: () => void program.stop()
  })
  if (E.isLeft(opened)) return opened
  const wrong = wrongVersion(opened.right.greeting, profile)
  if (wrong !== null) return E.left(wrong)
  const { link } = opened.right
  link.pass('{"method":"initialized"}')
  return E.right({ program, child: { socketPath: program.socketPath, house: link } })
}

/** Starts a program and shakes hands with it; one that is not used is ended. */
const start = async (
  options: ChildOptions,
  hello: JsonObject,
  stop: AbortSignal
): Promise<E.Either<string, Started>> => {
  let program: RunningProgram
  try {
    program = await startProgram(options.program, stop)
  } catch (cause) {
    return E.left(reasonOf(cause))
  }
  const started = await greeted(options, program, hello)
  if (E.isLeft(started)) await program.stop()
  return started
}

/** The children of a server, one after the other. */
export const createChildren = (options: ChildOptions): Children => {
  const { log, ended } = options
  const closing = new AbortController()
  let current: Promise<E.Either<string, Started>> | null = null
  let ready: Started | null = null
  let notBeforeMs = 0
  let lastWhy = ''
  let ending: Promise<void> | null = null

  const rest = (why: string): void => {
    notBeforeMs = Date.now() + AT_ONCE_MS
    lastWhy = why
  }

  const over = (started: Started, atMs: number, why: string | null): void => {
    if (ready !== started) return
    const isAsked = ending !== null
    ready = null
    current = null
    if (!isAsked) {
      log(`the Codex that ran turns ended${why === null ? '' : `: ${why}`}`)
      if (Date.now() - atMs < AT_ONCE_MS) rest(why ?? 'it ended at once')
    }
    ended(isAsked)
  }

  const begin = async (hello: JsonObject): Promise<E.Either<string, Started>> => {
    const atMs = Date.now()
    const started = await start(options, hello, closing.signal)
    if (E.isRight(started)) {
      ready = started.right
      void ready.program.ended.then((why) => over(started.right, atMs, why))
      return started
    }
    log(`Codex does not run: ${started.left}`)
    rest(started.left)
    current = null
    return started
  }

  const stop = async (): Promise<void> => {
    if (ready === null) return
    ending ??= ready.program.stop().finally(() => (ending = null))
    await ending
  }

  return {
    get: async (hello) => {
      if (current === null) {
        if (closing.signal.aborted) return E.left('this server ends')
        if (Date.now() < notBeforeMs) return E.left(lastWhy)
        current = begin(hello)
      }
      return E.map(({ child }: Started) => child)(await current)
    },
    ready: () => ready?.child ?? null,
    ending: () => ending,
    stop,
    close: async () => {
      closing.abort()
      await current
      await stop()
    }
  }
}
