/**
 * A pager between a command and the terminal: started when the output is longer than the terminal, and never in a pipe. A
 * pager that is missing, fails or is left early is no failure of the command.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { flagOf, type Input } from './args.ts'
import type { Io } from './io.ts'

const PAGER = 'less -FRX'
const ROWS_DEFAULT = 24
/** A shell says with these that it cannot run a program. */
const NOT_RUN: ReadonlySet<number> = new Set([126, 127])
/** More than a pipe holds: a pager that took as much was there. */
const HELD_MAX = 256 * 1024

/** The program that people chose; null for none. */
const programOf = ({ env }: Io): string | null => {
  const chosen = env['UNROLL_PAGER'] ?? env['PAGER'] ?? PAGER
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
  rows: process.stdout.rows || ROWS_DEFAULT,
  start: (program) => spawn(program, { shell: true, stdio: ['pipe', 'inherit', 'inherit'] }),
  holdInterrupts
})

/** A pager that runs. */
interface RunningPager {
  readonly write: (text: string) => Promise<void>
  /** Resolves when the pager has ended; with the text that it never took, where it could not be run. */
  readonly end: () => Promise<string>
  readonly isOver: () => boolean
}

const startedPager = (program: string, host: PagerHost): RunningPager => {
  const release = host.holdInterrupts()
  const child = host.start(program)
  let over = false
  let held: string | null = ''
  const ended = new Promise<number>((resolve) => {
    const end = (code: number): void => {
      over = true
      release()
      resolve(code)
    }
    child.on('error', () => end(127))
    child.on('close', (code) => end(code ?? 0))
  })
  // Whoever leaves the pager closes the pipe.
  child.stdin?.on('error', () => undefined)
  const write = (text: string): Promise<void> => {
    if (held !== null) held = held.length + text.length > HELD_MAX ? null : held + text
    if (over) return Promise.resolve()
    const written = new Promise<void>((resolve) => {
      if (child.stdin === null) resolve()
      else child.stdin.write(text, () => resolve())
    })
    return Promise.race([written, ended.then(() => undefined)])
  }
  const end = async (): Promise<string> => {
    child.stdin?.end()
    const code = await ended
    return NOT_RUN.has(code) ? (held ?? '') : ''
  }
  return { write, end, isOver: () => over }
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
  const out: Io['out'] = async (text) => {
    const more = typeof text === 'string' ? text : Buffer.from(text).toString('utf8')
    if (pager !== null) return pager.write(more)
    waiting += more
    if (!isLong()) return
    // Clears a line of progress.
    await io.out('')
    pager = startedPager(program, host)
    await pager.write(waiting)
    waiting = ''
  }
  const isLeft = (): boolean => io.stop.aborted || pager?.isOver() === true
  const done = await use({ ...io, out, isLeft })
  const running = pager as RunningPager | null
  const rest = running === null ? waiting : await running.end()
  if (rest !== '') await io.out(rest)
  return done
}
