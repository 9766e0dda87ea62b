/**
 * `process/*`: programs that a client starts and talks to; notifications tell what they print and that they ended.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { RpcCall } from '../threads/server.ts'
import { invalidRequest } from '../wire/errors.ts'
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
import { Empty, served } from './method.ts'
import {
  askedWrong,
  CAP_BYTES,
  done,
  exitCodeOf,
  keyOf,
  killProgram,
  optionalSize,
  resizeTerminal,
  running,
  startFor,
  telling,
  terminalSize,
  TIMEOUT_MS,
  writeInput,
  type WatchedProgram
} from './process-run.ts'

/** Tells the end of a program, after all it printed. */
const follow = async (
  { server }: RpcCall,
  program: WatchedProgram,
  processHandle: string,
  isTerminal: boolean
): Promise<void> => {
  const end = await program.watch()
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
  server.live.notify({ method: 'process/exited', params, to: { starterOf: program.job } })
  program.leave()
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
    if (server.live.processes.has(session, keyOf('process', processHandle)))
      return E.left(
        invalidRequest(`duplicate active process handle: ${JSON.stringify(processHandle)}`)
      )
    const isTold = params.streamStdoutStderr || tty
    const started = await startFor(call, {
      ...params,
      key: keyOf('process', processHandle),
      capBytes: outputBytesCap === undefined ? CAP_BYTES : outputBytesCap,
      timeoutMs,
      take: isTold ? telling(call, 'process/outputDelta', { processHandle }) : null,
      what: 'process'
    })
    return E.map((one: WatchedProgram) => ({
      result: {},
      then: () => void follow(call, one, processHandle, tty)
    }))(started)
  }
)

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
      await writeInput(
        'process/writeStdin',
        'process',
        running(call, 'process', params.processHandle),
        params
      )
    )
)

export const processResizePty = served(
  'ProcessResizePtyParams',
  { processHandle: required(text), size: required(terminalSize) },
  Empty,
  async ({ processHandle, size }, call) =>
    done(resizeTerminal('process/resizePty', running(call, 'process', processHandle), size))
)

export const processKill = served(
  'ProcessKillParams',
  { processHandle: required(text) },
  Empty,
  async ({ processHandle }, call) => done(killProgram(running(call, 'process', processHandle)))
)
