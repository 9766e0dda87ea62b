/**
 * A pager between a command and the terminal: started when the output is longer than the terminal, and never in a pipe. A
 * pager that is missing, fails or is left early is no failure of the command.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { flagOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'

export const PAGER_DEFAULT = 'less -FRX'
const ROWS_DEFAULT = 24
/** A shell says with these that it cannot run a program. */
const NOT_RUN: ReadonlySet<number> = new Set([126, 127])
/** More than a pipe holds: a pager that took as much was there. */
const HELD_MAX = 256 * 1024

/** The program that people chose; null for none. */
const programOf = ({ env }: Io): string | null => {
  const chosen = env['UNROLL_PAGER'] ?? env['PAGER'] ?? PAGER_DEFAULT
  return chosen.trim() === '' || chosen.trim() === 'cat' ? null : chosen
}

/** Where the pager runs; tests have their own. */
export interface PagerHost {
  /** Rows of the terminal. */
  readonly rows: number
  readonly start: (program: string) => ChildProcess
  /** Keeps Ctrl-C to the pager while it runs, as it is to the pager what it means; answers how to end that. */
  readonly holdInterrupts: () => () => void
}

const holdInterrupts = (): (() => void) => {
  const listeners = process.listeners('SIGINT')
  const ignore = (): void => undefined
  process.on('SIGINT', ignore)
  for (const listener of listeners) process.off('SIGINT', listener)
  return () => {
    for (const listener of listeners) process.on('SIGINT', listener)
    process.off('SIGINT', ignore)
  }
}

const HOST = (): PagerHost => ({
  rows: process.stdout.isTTY ? process.stdout.rows || ROWS_DEFAULT : Infinity,
  start: (program) => spawn(program, { shell: true, stdio: ['pipe', 'inherit', 'inherit'] }),
  holdInterrupts
})

/** A pager that runs. */
interface RunningPager {
  readonly write: (text: string) => Promise<void>
  /** Resolves when the pager has ended. */
  readonly end: () => Promise<void>
  readonly isOver: () => boolean
  /** What was written to a pager that could not be run; null for one that was. */
  readonly unread: () => string | null
}

const startedPager = (program: string, host: PagerHost): RunningPager => {
  const release = host.holdInterrupts()
  const child = host.start(program)
  let code: number | null = null
  let left = false
  let held: string | null = ''
  const ended = new Promise<void>((resolve) => {
    const end = (exit: number): void => {
      if (code === null) release()
      code ??= exit
      resolve()
    }
    child.on('error', () => end(127))
    child.on('close', (exit) => end(exit ?? 0))
  })
  // Whoever leaves the pager closes the pipe, which is told before the pager's end.
  child.stdin?.on('error', () => (left = true))
  const write = async (text: string): Promise<void> => {
    if (held !== null) held = held.length + text.length > HELD_MAX ? null : held + text
    if (code !== null || child.stdin === null) return ended
    const { stdin } = child
    await Promise.race([new Promise<void>((resolve) => stdin.write(text, () => resolve())), ended])
    if (left) await ended
  }
  const end = (): Promise<void> => {
    child.stdin?.end()
    return ended
  }
  const unread = (): string | null => (code !== null && NOT_RUN.has(code) ? (held ?? '') : null)
  return { write, end, isOver: () => code !== null && !NOT_RUN.has(code), unread }
}

/** What a command prints through, and whether somebody still reads. */
export interface PagedIo extends Io {
  readonly isLeft: () => boolean
}

/**
 * Runs `use` with an `Io` whose output goes through a pager as soon as it is longer than the terminal. What `use` prints on
 * stderr goes there at once.
 */
export const withPager = async <A>(
  input: Input,
  io: Io,
  use: (paged: PagedIo) => Promise<A>,
  hostOf: () => PagerHost = HOST
): Promise<A> => {
  const program =
    flagOf(input, 'no-pager') || !io.outIsTty || io.env['TERM'] === 'dumb' ? null : programOf(io)
  if (program === null) return use({ ...io, isLeft: () => io.stop.aborted })
  const host = hostOf()
  let waiting = ''
  let pager: RunningPager | null = null
  const isLong = (): boolean => waiting.split('\n').length > host.rows
  let isDirect = false
  /** Goes on without a pager that could not be run. */
  const giveUp = async (running: RunningPager): Promise<void> => {
    const unread = running.unread()
    if (unread === null || isDirect) return
    isDirect = true
    await io.out(unread)
  }
  const out: Io['out'] = async (text) => {
    if (isDirect) return io.out(text)
    waiting += typeof text === 'string' ? text : Buffer.from(text).toString('utf8')
    if (pager === null && !isLong()) return
    // Clears a line of progress.
    if (pager === null) await io.out('')
    pager ??= startedPager(program, host)
    const more = waiting
    waiting = ''
    await pager.write(more)
    await giveUp(pager)
  }
  const isLeft = (): boolean => io.stop.aborted || pager?.isOver() === true
  const done = await use({ ...io, out, isLeft })
  const running = pager as RunningPager | null
  if (running === null) await io.out(waiting)
  else {
    await running.end()
    await giveUp(running)
  }
  return done
}
