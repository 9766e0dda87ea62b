/**
 * `command/exec`: a program that is answered with its end. Codex runs it in a sandbox; there is none here, so it is run only where
 * nothing would be kept from it.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { resolve } from 'node:path'
import { configInForce } from '../../home/config.ts'
import { printedText } from '../../processes/text.ts'
import type { Server } from '../threads/server.ts'
import { CODE, invalidRequest, type RpcError } from '../wire/errors.ts'
import {
  anything,
  defaulted,
  flag,
  i64,
  list,
  option,
  required,
  struct,
  tagged,
  text,
  textMap,
  usize
} from '../wire/serde.ts'
import { answer, Empty, served } from './method.ts'
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
  writeInput
} from './process-run.ts'

const OPEN_POLICIES: ReadonlyArray<string> = ['dangerFullAccess', 'externalSandbox']

const POLICY = tagged<{ readonly type: string }>('SandboxPolicy', {
  dangerFullAccess: struct('dangerFullAccess', {}),
  readOnly: struct('readOnly', {}),
  externalSandbox: struct('externalSandbox', {}),
  workspaceWrite: struct('workspaceWrite', {})
})

/** True where Codex would keep nothing from a command. */
const hasFullAccess = (
  server: Server,
  policy: { readonly type: string } | null,
  profile: unknown
): boolean => {
  if (policy !== null) return profile === null && OPEN_POLICIES.includes(policy.type)
  const config = configInForce(server)
  return (
    profile === null &&
    config['sandbox_mode'] === 'danger-full-access' &&
    !('default_permissions' in config)
  )
}

const both = (one: string, other: string): RpcError => ({
  code: CODE.invalidParams,
  message: `command/exec cannot set both ${one} and ${other}`
})

const FIELDS = {
  command: required(list(text)),
  processId: option(text),
  tty: defaulted(flag, false),
  streamStdin: defaulted(flag, false),
  streamStdoutStderr: defaulted(flag, false),
  outputBytesCap: option(usize),
  disableOutputCap: defaulted(flag, false),
  disableTimeout: defaulted(flag, false),
  timeoutMs: option(i64),
  cwd: option(text),
  env: option(textMap),
  size: optionalSize,
  sandboxPolicy: option(POLICY),
  permissionProfile: option(anything)
}

let unnamed = 0

export const commandExec = served(
  'CommandExecParams',
  FIELDS,
  t.type({ exitCode: t.number, stdout: t.string, stderr: t.string }, 'CommandExecResponse'),
  async (params, call) => {
    const { server, session } = call
    const { command, processId, tty, outputBytesCap, disableOutputCap, disableTimeout } = params
    if (command.length === 0) return E.left(invalidRequest('command must not be empty'))
    const isTold = params.streamStdoutStderr || tty
    if (processId === null && (isTold || params.streamStdin))
      return E.left(
        invalidRequest('command/exec tty or streaming requires a client-supplied processId')
      )
    if (disableOutputCap && outputBytesCap !== null)
      return E.left(both('outputBytesCap', 'disableOutputCap'))
    if (disableTimeout && params.timeoutMs !== null)
      return E.left(both('timeoutMs', 'disableTimeout'))
    const wrong = askedWrong('command/exec', params)
    if (wrong !== null) return E.left(wrong)
    if (!hasFullAccess(server, params.sandboxPolicy, params.permissionProfile))
      return E.left(invalidRequest('command/exec needs a sandbox, and this server has none'))
    // One without an id can be named by nobody.
    const key = processId === null ? `unnamed:${(unnamed += 1)}` : keyOf('command', processId)
    if (server.live.processes.has(session, key))
      return E.left(
        invalidRequest(`duplicate active command/exec process id: ${JSON.stringify(processId)}`)
      )
    const started = await startFor(call, {
      ...params,
      key,
      cwd: resolve(params.cwd ?? ''),
      capBytes: disableOutputCap ? null : (outputBytesCap ?? CAP_BYTES),
      timeoutMs: disableTimeout ? null : (params.timeoutMs ?? TIMEOUT_MS),
      take: isTold ? telling(call, 'command/exec/outputDelta', { processId }) : null,
      what: 'command'
    })
    if (E.isLeft(started)) return started
    call.release?.()
    const end = await started.right.watch()
    started.right.leave()
    return E.right(
      answer({
        exitCode: exitCodeOf(server.profile, tty, end),
        stdout: printedText(end.stdout.bytes),
        stderr: printedText(end.stderr.bytes)
      })
    )
  }
)

export const commandExecWrite = served(
  'CommandExecWriteParams',
  { processId: required(text), deltaBase64: option(text), closeStdin: defaulted(flag, false) },
  Empty,
  async (params, call) =>
    done(
      await writeInput(
        'command/exec/write',
        'command/exec',
        running(call, 'command', params.processId),
        params
      )
    )
)

export const commandExecResize = served(
  'CommandExecResizeParams',
  { processId: required(text), size: required(terminalSize) },
  Empty,
  async ({ processId, size }, call) =>
    done(resizeTerminal('command/exec/resize', running(call, 'command', processId), size))
)

export const commandExecTerminate = served(
  'CommandExecTerminateParams',
  { processId: required(text) },
  Empty,
  async ({ processId }, call) => done(killProgram(running(call, 'command', processId)))
)
