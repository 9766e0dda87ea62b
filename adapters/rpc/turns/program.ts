/**
 * A `codex app-server` as a process: it listens on a socket file in a folder of its own, and ends when this process does.
 *
 * Between the two stands a shell that waits for the end of its input. A process that is killed ends that input too, so no Codex
 * outlives it with threads locked. All of them are one process group, because what npm installs as `codex` starts another program.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { atMost } from '../../home/sleep.ts'

/** What is started: a program, what stands before its own arguments, and where. */
export interface CodexProgram {
  readonly path: string
  /** Options of `codex app-server`, such as `-c KEY=VALUE`. */
  readonly args: ReadonlyArray<string>
  readonly home: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

export interface RunningProgram {
  readonly socketPath: string
  /** Resolves when it has ended, with what it said last, or null. */
  readonly ended: Promise<string | null>
  /** Ends it, at first politely. */
  readonly stop: () => Promise<void>
}

/** How long it may take to listen; on a large home without a database Codex is silent for long. */
const LISTEN_MS_MAX = 60_000
const LOOK_EVERY_MS = 15
/** How long a Codex that is told to end may take; without name service it needs 4.5 s. */
const STOP_MS_MAX = 6000
const SECOND_MS = 500
const SAID_LENGTH_MAX = 4000

/**
 * Starts `$@` and says its number. When its own input ends it removes the folder `$0`, and ends the group: politely, and a second later
 * for good.
 */
const PARENT = `
trap : TERM
exec 3<&0
"$@" </dev/null 3<&- &
codex=$!
echo "$codex"
( trap : TERM; exec >/dev/null 2>&1; cat <&3; rm -rf -- "$0"; kill -TERM 0; sleep 1; kill -KILL 0 ) &
while kill -0 "$codex" 2>/dev/null; do wait "$codex"; code=$?; done
exit "$code"
`

const isListening = async (path: string): Promise<boolean> => {
  if (!existsSync(path)) return false
  const socket = createConnection(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** The last lines of what a program says. */
const lastSaid = (child: ChildProcess): (() => string | null) => {
  let said = ''
  child.stderr?.on('data', (data: Buffer) => {
    said = `${said}${data.toString('utf8')}`.slice(-SAID_LENGTH_MAX)
  })
  return () => said.trim().split('\n').at(-1)?.trim() || null
}

/** The number of the program itself, which the shell says first. */
const numberOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.stdout?.once('data', (data: Buffer) => resolve(Number(data.toString('utf8').trim())))
  })

const signalled = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}

/** Starts it; rejects with why it does not listen. */
export const startProgram = async (
  { path, args, home, cwd, env }: CodexProgram,
  stop: AbortSignal
): Promise<RunningProgram> => {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-turns-'))
  const socketPath = join(folder, 's')
  const command = [path, 'app-server', ...args, '--listen', `unix://${socketPath}`]
  const child = spawn('/bin/sh', ['-c', PARENT, folder, ...command], {
    cwd,
    env: { ...env, CODEX_HOME: home },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe']
  })
  const said = lastSaid(child)
  const pid = numberOf(child)
  let hasEnded = false
  const ended = new Promise<string | null>((resolve) => {
    const end = (why: string | null): void => {
      hasEnded = true
      child.stdin.destroy()
      rmSync(folder, { recursive: true, force: true })
      resolve(why)
    }
    child.once('error', ({ message }) => end(message))
    // What it said last may come behind its end.
    child.once('exit', () => setTimeout(() => end(said()), LOOK_EVERY_MS))
  })
  const running: RunningProgram = {
    socketPath,
    ended,
    stop: async () => {
      // The first signal waits for a turn that runs, the second one does not.
      for (const msMax of [SECOND_MS, STOP_MS_MAX]) {
        if (hasEnded) break
        signalled(await pid, 'SIGTERM')
        await atMost(msMax, ended)
      }
      child.stdin.destroy()
      await ended
    }
  }
  for (const until = Date.now() + LISTEN_MS_MAX; ; await sleep(LOOK_EVERY_MS)) {
    if (hasEnded) throw new Error((await ended) ?? 'it ended at once')
    if (stop.aborted) {
      child.stdin.destroy()
      throw new Error('this server ends')
    }
    if (await isListening(socketPath)) return running
    if (Date.now() < until) continue
    child.stdin.destroy()
    throw new Error(`it does not listen after ${LISTEN_MS_MAX / 1000} s`)
  }
}
