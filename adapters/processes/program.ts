/**
 * A program that was started: in a session of its own, without a shell, over pipes or a pseudo-terminal.
 *
 * `Left` says in the words of the system why one was not started.
 */
import * as E from 'fp-ts/lib/Either.js'
import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { constants as SYSTEM } from 'node:os'
import { delimiter, resolve } from 'node:path'
import { Readable } from 'node:stream'
import type * as Package from '@lydell/node-pty'
import { systemWords } from '../home/system-words.ts'

/** How large a terminal is. */
export interface TerminalSize {
  readonly rows: number
  readonly cols: number
}

export interface ProgramToRun {
  /** The program and its arguments; never empty. */
  readonly command: ReadonlyArray<string>
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Null: pipes. */
  readonly terminal: TerminalSize | null
  /** False closes its input at once. */
  readonly hasInput: boolean
}

/** How a program ended; a signal by its number. */
export interface ProgramEnd {
  readonly code: number
  readonly signal: number | null
}

export interface StartedProgram {
  readonly stdout: Readable
  /** Null where a terminal takes both. */
  readonly stderr: Readable | null
  readonly exited: Promise<ProgramEnd>
  /** Null once the input is closed. */
  readonly write: (bytes: Buffer) => Promise<void> | null
  readonly closeInput: () => void
  /** False where there is no terminal. */
  readonly resize: (size: TerminalSize) => boolean
  /** Kills the program and everything in its group. */
  readonly kill: () => void
}

const PACKAGE = '@lydell/node-pty'
const NO_TERMINAL = 'this server has no PTY support'

const wordsOf = (cause: unknown): string => {
  const { errno, message } = cause as NodeJS.ErrnoException
  return typeof errno === 'number' ? systemWords(errno) : message
}

/** Kills a group; one that is gone is no failure. */
const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

const overPipes = async (run: ProgramToRun): Promise<E.Either<string, StartedProgram>> => {
  const [program = '', ...rest] = run.command
  const child = spawn(program, rest, {
    cwd: run.cwd,
    env: run.env,
    detached: true,
    shell: false,
    stdio: [run.hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe']
  })
  const { pid, stdin } = child
  if (pid === undefined) {
    const cause = await new Promise<Error>((told) => child.once('error', told))
    return E.left(wordsOf(cause))
  }
  const exited = new Promise<ProgramEnd>((told) => {
    child.once('exit', (code, signal) =>
      told({ code: code ?? 0, signal: signal === null ? null : SYSTEM.signals[signal] })
    )
  })
  // A program that reads no more of its input breaks the pipe; its end says so.
  stdin?.on('error', () => undefined)
  return E.right({
    stdout: child.stdout as Readable,
    stderr: child.stderr as Readable,
    exited,
    write: (bytes) => {
      if (stdin === null || stdin.writableEnded) return null
      if (stdin.destroyed) return Promise.resolve()
      return new Promise<void>((written) => stdin.write(bytes, () => written()))
    },
    closeInput: () => void stdin?.end(),
    resize: () => false,
    kill: () => killGroup(pid)
  })
}

const { EACCES, ENOENT, ENOTDIR } = SYSTEM.errno

/** Why a file is not run, as Node numbers errors; null: it may be. */
const runProblem = (path: string): number | null => {
  try {
    if (statSync(path).isDirectory()) return -EACCES
    accessSync(path, constants.X_OK)
    return null
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).errno ?? -ENOENT
  }
}

/** Why a program would not start; a terminal does not tell. */
const startProblem = ({ command, cwd, env }: ProgramToRun): number | null => {
  const place = statSync(cwd, { throwIfNoEntry: false })
  if (place === undefined) return -ENOENT
  if (!place.isDirectory()) return -ENOTDIR
  const [program = ''] = command
  const folders = program.includes('/') ? [''] : (env['PATH'] ?? '').split(delimiter)
  const problems = folders.map((folder) => runProblem(resolve(cwd, folder, program)))
  if (problems.includes(null)) return null
  return problems.find((one) => one !== -ENOENT) ?? -ENOENT
}

const terminals = async (): Promise<typeof Package | null> => {
  try {
    const loaded = (await import(PACKAGE)) as typeof Package & {
      readonly default?: typeof Package
    }
    return loaded.default ?? loaded
  } catch {
    return null
  }
}

/** A stream that holds a terminal back while nobody reads it. */
const outputOf = (terminal: Package.IPty): Readable => {
  const output = new Readable({ read: () => terminal.resume() })
  terminal.onData((data: unknown) => {
    if (!output.push(typeof data === 'string' ? Buffer.from(data) : data)) terminal.pause()
  })
  return output
}

const overTerminal = async (
  run: ProgramToRun,
  size: TerminalSize
): Promise<E.Either<string, StartedProgram>> => {
  const loaded = await terminals()
  if (loaded === null) return E.left(NO_TERMINAL)
  const problem = startProblem(run)
  if (problem !== null) return E.left(systemWords(problem))
  const [program = '', ...rest] = run.command
  const terminal = loaded.spawn(program, [...rest], {
    ...size,
    cwd: run.cwd,
    env: run.env,
    encoding: null
  })
  const stdout = outputOf(terminal)
  const exited = new Promise<ProgramEnd>((told) => {
    terminal.onExit(({ exitCode, signal }) => {
      stdout.push(null)
      told({ code: exitCode, signal: signal === undefined || signal === 0 ? null : signal })
    })
  })
  let isClosed = false
  return E.right({
    stdout,
    stderr: null,
    exited,
    write: (bytes) => {
      if (isClosed) return null
      // The types of the package forget that it takes bytes too.
      terminal.write(bytes as unknown as string)
      return Promise.resolve()
    },
    closeInput: () => {
      isClosed = true
    },
    resize: ({ rows, cols }) => {
      terminal.resize(cols, rows)
      return true
    },
    kill: () => killGroup(terminal.pid)
  })
}

/** Starts a program. */
export const startProgram = async (
  run: ProgramToRun
): Promise<E.Either<string, StartedProgram>> => {
  if (process.platform === 'win32') return E.left('this server starts no programs on Windows')
  if (run.command[0] === '') return E.left('missing program for pipe spawn')
  try {
    return await (run.terminal === null ? overPipes(run) : overTerminal(run, run.terminal))
  } catch (cause) {
    return E.left(wordsOf(cause))
  }
}
