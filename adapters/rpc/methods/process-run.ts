/**
 * What `process/*` and `command/exec` share: how a program of a client is started, watched and recorded, and what is done with one
 * that runs.
 */
import * as E from 'fp-ts/lib/Either.js'
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { OperationLog } from '../../../replay/home-ports.ts'
import { recorded } from '../../../replay/change/life/recorded.ts'
import { impossible, type Result } from '../../../replay/result.ts'
import { describe } from '../../../domain/errors.ts'
import { homeOperations } from '../../home/operations.ts'
import {
  startProgram,
  type ProgramToRun,
  type StartedProgram,
  type TerminalSize
} from '../../processes/program.ts'
import { watched, type TakeOutput, type WatchedEnd } from '../../processes/watched.ts'
import { NO_PROGRAM, type ClientProcess } from '../threads/processes.ts'
import type { RpcCall } from '../threads/server.ts'
import { CODE, internal, invalidRequest, type RpcError } from '../wire/errors.ts'
import { option, required, struct, u16 } from '../wire/serde.ts'
import { answer } from './method.ts'

export const terminalSize = struct('TerminalSize', { rows: required(u16), cols: required(u16) })
export const optionalSize = option(terminalSize)

export const CAP_BYTES = 1024 * 1024
export const TIMEOUT_MS = 10_000

const invalidParams = (message: string): RpcError => ({ code: CODE.invalidParams, message })

/** What is wrong with what was asked for, in Codex's order; null: nothing. */
export const askedWrong = (
  method: 'process/spawn' | 'command/exec',
  asked: {
    readonly size: TerminalSize | null
    readonly tty: boolean
    readonly timeoutMs: number | null
  }
): RpcError | null => {
  if (asked.size !== null && !asked.tty) return invalidParams(`${method} size requires tty: true`)
  if (asked.size !== null && isFlat(asked.size)) return flat(method)
  if ((asked.timeoutMs ?? 0) < 0)
    return invalidParams(`${method} timeoutMs must be non-negative, got ${asked.timeoutMs}`)
  return null
}

const isFlat = ({ rows, cols }: TerminalSize): boolean => rows === 0 || cols === 0

const flat = (method: string): RpcError => {
  const what = method.startsWith('process') ? 'process' : 'command/exec'
  return invalidParams(`${what} size rows and cols must be greater than 0`)
}

/** What no program gets: where the store is, and how it is entered. */
const OWN_VARIABLE = /^UNROLL_/

/** The environment of a program: that of the server without what is unroll's own, and what the client replaced in it. */
const environmentOf = (given: Readonly<Record<string, string | null>>): NodeJS.ProcessEnv =>
  Object.fromEntries(
    [
      ...Object.entries(process.env).filter(([name]) => !OWN_VARIABLE.test(name)),
      ...Object.entries(given)
    ].filter(([name, value]) => value !== null && given[name] !== null)
  ) as NodeJS.ProcessEnv

export interface AskedProgram {
  readonly key: string
  readonly command: ReadonlyArray<string>
  readonly cwd: string
  readonly env: Readonly<Record<string, string | null>> | null
  readonly size: TerminalSize | null
  readonly tty: boolean
  readonly streamStdin: boolean
  readonly capBytes: number | null
  readonly timeoutMs: number | null
  /** How output is told; null: it is kept. The job is what notifications are addressed by. */
  readonly take: ((job: string) => TakeOutput) | null
  /** How a failed start is called. */
  readonly what: 'process' | 'command'
}

/** A program that was started. */
export interface WatchedProgram {
  readonly job: string
  /** Begins to read its output; resolves when it is over. */
  readonly watch: () => Promise<WatchedEnd>
  /** Nobody is told of it any more. */
  readonly leave: () => void
}

const NO_INVERSE = { none: 'a program that ran cannot be taken back' }

/** Writes down that a program ran, around its start and its end; resolves when it was started. */
const startRecorded = (
  log: OperationLog | undefined,
  actor: string,
  run: ProgramToRun
): Promise<Result<{ readonly program: StartedProgram }>> => {
  const digest = createHash('sha256').update(JSON.stringify(run.command)).digest('hex')
  const request = {
    operation: 'run-program',
    threadId: '',
    arguments: { program: basename(run.command[0] ?? ''), argvSha256: digest }
  }
  return new Promise((started, failed) => {
    const parts = { ...(log === undefined ? {} : { operations: log }), actor }
    void recorded<null>(parts, request, null, async () => {
      const begun = await startProgram(run)
      if (E.isLeft(begun)) return impossible(begun.left, '')
      started(E.right({ program: begun.right }))
      await begun.right.exited
      return E.right({ answer: null, after: null, inverse: NO_INVERSE })
    }).then((done) => {
      if (E.isLeft(done)) started(done)
    }, failed)
  })
}

/** Starts a program for a client. */
export const startFor = async (
  { server, session }: RpcCall,
  asked: AskedProgram
): Promise<E.Either<RpcError, WatchedProgram>> => {
  const { processes } = server.live
  const entered = processes.enter(session, asked.key)
  if (E.isLeft(entered)) return entered
  const { job, started, leave } = entered.right
  const hasInput = asked.streamStdin || asked.tty
  const log = server.remote === undefined ? homeOperations(server.home) : undefined
  const begun = await startRecorded(log, `app-server:${session.clientName}`, {
    command: asked.command,
    cwd: asked.cwd,
    env: environmentOf(asked.env ?? {}),
    terminal: asked.tty ? (asked.size ?? { rows: 24, cols: 80 }) : null,
    hasInput
  })
  if (E.isLeft(begun)) {
    leave()
    const why = begun.left._tag === 'NotPossible' ? begun.left.reason : describe(begun.left)
    return E.left(internal(`failed to spawn ${asked.what}: ${why}`))
  }
  const { program } = begun.right
  started(program, hasInput)
  const { capBytes, timeoutMs } = asked
  const take = asked.take?.(job) ?? null
  return E.right({ job, leave, watch: () => watched(program, { capBytes, timeoutMs, take }) })
}

/** Tells output to the client that started a program, as fast as that client takes it. */
export const telling =
  ({ server, session }: RpcCall, method: string, member: object) =>
  (job: string): TakeOutput =>
  async (stream, bytes, capReached) => {
    const params = { ...member, stream, deltaBase64: bytes.toString('base64'), capReached }
    server.live.notify({ method, params, to: { starterOf: job } })
    await session.caughtUp()
  }

const TIMED_OUT = 124
const SIGNALLED = 128

/** The exit code that Codex tells. */
export const exitCodeOf = (
  profile: ProfileName,
  isTerminal: boolean,
  { isTimedOut, code, signal }: WatchedEnd
): number => {
  if (isTimedOut) return TIMED_OUT
  if (signal === null) return code
  if (isTerminal) return 1
  return profile === '0.130' ? -1 : SIGNALLED + signal
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Reads base64 as strictly as Codex. */
const bytesIn = (text: string): E.Either<RpcError, Buffer> => {
  const wrong = [...text].findIndex((one) => !/[A-Za-z0-9+/=]/.test(one))
  const symbol = Buffer.from(text.slice(wrong))[0] ?? 0
  if (wrong !== -1)
    return E.left(invalidParams(`invalid deltaBase64: Invalid symbol ${symbol}, offset ${wrong}.`))
  return BASE64.test(text) && text.length % 4 === 0
    ? E.right(Buffer.from(text, 'base64'))
    : E.left(invalidParams('invalid deltaBase64: Invalid padding'))
}

type FindProgram = () => E.Either<RpcError, ClientProcess>

/** Finds a program of the client that runs. */
export const running =
  ({ server, session }: RpcCall, kind: keyof typeof NO_PROGRAM, name: string): FindProgram =>
  () => {
    const found = server.live.processes.find(session, keyOf(kind, name))
    return found === null ? E.left(NO_PROGRAM[kind](name)) : E.right(found)
  }

/** The key of a program among those of its client. */
export const keyOf = (kind: keyof typeof NO_PROGRAM, name: string): string => `${kind}:${name}`

/** The answer to what was done with a program. */
export const done = E.map(() => answer({}))

export const killProgram = (find: FindProgram): E.Either<RpcError, null> =>
  E.map(({ program }: ClientProcess) => {
    program.kill()
    return null
  })(find())

/** Writes to a program that runs, or closes its input. */
export const writeInput = async (
  method: string,
  what: string,
  find: FindProgram,
  asked: { readonly deltaBase64: string | null; readonly closeStdin: boolean }
): Promise<E.Either<RpcError, null>> => {
  if (asked.deltaBase64 === null && !asked.closeStdin)
    return E.left(invalidParams(`${method} requires deltaBase64 or closeStdin`))
  const bytes = bytesIn(asked.deltaBase64 ?? '')
  if (E.isLeft(bytes)) return bytes
  const found = find()
  if (E.isLeft(found)) return found
  const { program, hasInput } = found.right
  if (!hasInput) return E.left(invalidRequest(`stdin streaming is not enabled for this ${what}`))
  const written = bytes.right.length === 0 ? Promise.resolve() : program.write(bytes.right)
  if (written === null) return E.left(invalidRequest('stdin is already closed'))
  if (asked.closeStdin) program.closeInput()
  await Promise.race([written, program.exited])
  return E.right(null)
}

/** Gives the terminal of a program that runs another size. */
export const resizeTerminal = (
  method: string,
  find: FindProgram,
  size: TerminalSize
): E.Either<RpcError, null> => {
  if (isFlat(size)) return E.left(flat(method))
  const found = find()
  if (E.isLeft(found)) return found
  return found.right.program.resize(size)
    ? E.right(null)
    : E.left(invalidRequest('failed to resize PTY: process is not attached to a PTY'))
}
