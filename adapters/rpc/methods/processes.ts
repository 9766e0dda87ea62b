/**
 * `process/*`: programs that a client starts and talks to; notifications tell what they print and that they ended.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { RpcCall } from '../threads/server.ts'
import type { ClientProcess } from '../threads/processes.ts'
import { invalidRequest, type RpcError } from '../wire/errors.ts'
import {
  absolutePath,
  defaulted,
  flag,
  i64,
  list,
  option,
  patch,
  required,
  text,
  textMap,
  usize
} from '../wire/serde.ts'
import { printedText } from '../../processes/text.ts'
import { answer, Empty, served } from './method.ts'
import {
  askedWrong,
  CAP_BYTES,
  exitCodeOf,
  optionalSize,
  resizeTerminal,
  startFor,
  telling,
  terminalSize,
  TIMEOUT_MS,
  writeInput,
  type WatchedProgram
} from './process-run.ts'

const keyOf = (handle: string): string => `process:${handle}`

const active =
  ({ server, session }: RpcCall, handle: string) =>
  (): E.Either<RpcError, ClientProcess> => {
    const found = server.live.processes.find(session, keyOf(handle))
    return found === null
      ? E.left(invalidRequest(`no active process for process handle ${JSON.stringify(handle)}`))
      : E.right(found)
  }

/** Tells the end of a program, after all it printed. */
const follow = async (
  { server }: RpcCall,
  running: WatchedProgram,
  processHandle: string,
  isTerminal: boolean
): Promise<void> => {
  const end = await running.watch()
  const { isDrainTimedOut: outputDrainTimedOut } = end
  const params = {
    processHandle,
    exitCode: exitCodeOf(server.profile, isTerminal, end),
    ...(server.profile === '0.169' ? { outputDrainTimedOut } : {}),
    stdout: printedText(end.stdout.bytes),
    stdoutCapReached: end.stdout.capReached,
    stderr: printedText(end.stderr.bytes),
    stderrCapReached: end.stderr.capReached
  }
  server.live.notify({ method: 'process/exited', params, to: { starterOf: running.job } })
  running.leave()
}

export const processSpawn = served(
  'ProcessSpawnParams',
  {
    command: required(list(text)),
    processHandle: required(text),
    cwd: required(absolutePath),
    tty: defaulted(flag, false),
    streamStdin: defaulted(flag, false),
    streamStdoutStderr: defaulted(flag, false),
    outputBytesCap: patch(usize),
    timeoutMs: patch(i64),
    env: option(textMap),
    size: optionalSize
  },
  Empty,
  async (params, call) => {
    const { processHandle, tty, outputBytesCap, timeoutMs = TIMEOUT_MS } = params
    if (params.command.length === 0) return E.left(invalidRequest('command must not be empty'))
    if (processHandle === '') return E.left(invalidRequest('processHandle must not be empty'))
    const wrong = askedWrong('process/spawn', { ...params, timeoutMs })
    if (wrong !== null) return E.left(wrong)
    const { server, session } = call
    if (server.live.processes.has(session, keyOf(processHandle)))
      return E.left(
        invalidRequest(`duplicate active process handle: ${JSON.stringify(processHandle)}`)
      )
    const isTold = params.streamStdoutStderr || tty
    const running = await startFor(call, {
      ...params,
      key: keyOf(processHandle),
      capBytes: outputBytesCap === undefined ? CAP_BYTES : outputBytesCap,
      timeoutMs,
      take: isTold ? telling(call, 'process/outputDelta', { processHandle }) : null,
      what: 'process'
    })
    return E.map((one: WatchedProgram) => ({
      result: {},
      then: () => void follow(call, one, processHandle, tty)
    }))(running)
  }
)

const done = E.map(() => answer({}))

export const processWriteStdin = served(
  'ProcessWriteStdinParams',
  {
    processHandle: required(text),
    deltaBase64: option(text),
    closeStdin: defaulted(flag, false)
  },
  Empty,
  async (params, call) =>
    done(
      await writeInput('process/writeStdin', 'process', active(call, params.processHandle), params)
    )
)

export const processResizePty = served(
  'ProcessResizePtyParams',
  { processHandle: required(text), size: required(terminalSize) },
  Empty,
  async ({ processHandle, size }, call) =>
    done(resizeTerminal('process/resizePty', active(call, processHandle), size))
)

export const processKill = served(
  'ProcessKillParams',
  { processHandle: required(text) },
  Empty,
  async ({ processHandle }, call) => {
    const found = active(call, processHandle)()
    if (E.isRight(found)) found.right.program.kill()
    return done(found)
  }
)
