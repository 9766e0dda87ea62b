/**
 * A started program until its end: what it prints is kept or handed on, at most so many bytes of each stream; it is killed when its
 * time is up.
 *
 * Its output is read as fast as it is taken. When it has ended, output that something else still holds open is waited for a little.
 */
import type { Readable } from 'node:stream'
import type { ProgramEnd, StartedProgram } from './program.ts'

/** How long output is waited for after the end of a program. */
const DRAIN_MS = 2000
/** A longer time is none for a timer. */
const TIMER_MS_MAX = 2 ** 31 - 1
/** Bytes that are kept of a stream, whatever was asked for. */
const KEPT_BYTES_MAX = 64 * 1024 * 1024

export type StreamName = 'stdout' | 'stderr'

/** Takes a piece of output; resolves when there may be more. */
export type TakeOutput = (stream: StreamName, bytes: Buffer, capReached: boolean) => Promise<void>

export interface WatchRules {
  /** Null: no cap. */
  readonly capBytes: number | null
  /** Null: no limit. */
  readonly timeoutMs: number | null
  /** Gets the output; null: it is kept. */
  readonly take: TakeOutput | null
}

export interface StreamEnd {
  readonly bytes: Buffer
  readonly capReached: boolean
}

export interface WatchedEnd extends ProgramEnd {
  readonly isTimedOut: boolean
  readonly isDrainTimedOut: boolean
  readonly stdout: StreamEnd
  readonly stderr: StreamEnd
}

/** Reads a stream to its end; what is over the cap is thrown away, so that the program can go on. */
const reader = (name: StreamName, { capBytes, take }: WatchRules) => {
  const kept: Array<Buffer> = []
  let seen = 0
  let capReached = false
  let isHeldBack = false
  const max = take === null ? Math.min(capBytes ?? KEPT_BYTES_MAX, KEPT_BYTES_MAX) : capBytes
  const accept = async (chunk: Buffer): Promise<void> => {
    if (capReached) return
    const bytes = max === null ? chunk : chunk.subarray(0, max - seen)
    seen += bytes.length
    capReached = max !== null && seen >= max
    if (take === null) return void kept.push(bytes)
    isHeldBack = true
    await take(name, bytes, capReached)
    isHeldBack = false
  }
  const read = async (stream: Readable | null): Promise<void> => {
    try {
      for await (const chunk of stream ?? []) await accept(chunk as Buffer)
    } catch {
      // It was closed because nobody waits for it any more.
    }
  }
  return {
    read,
    isHeldBack: () => isHeldBack,
    end: (): StreamEnd => ({ bytes: Buffer.concat(kept), capReached })
  }
}

/** Waits for the rest of the output; false when it takes too long. The time that the taker takes does not count. */
const drained = async (done: Promise<unknown>, isHeldBack: () => boolean): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    const wait = (): void => {
      timer = setTimeout(() => (isHeldBack() ? wait() : resolve(false)), DRAIN_MS)
    }
    wait()
  })
  const isDrained = await Promise.race([done.then(() => true), late])
  clearTimeout(timer)
  return isDrained
}

/** Watches a program to its end. */
export const watched = async (program: StartedProgram, rules: WatchRules): Promise<WatchedEnd> => {
  const { timeoutMs } = rules
  let isTimedOut = false
  const expire = (): void => {
    isTimedOut = true
    program.kill()
  }
  const timer =
    timeoutMs === null || timeoutMs > TIMER_MS_MAX ? undefined : setTimeout(expire, timeoutMs)
  const stdout = reader('stdout', rules)
  const stderr = reader('stderr', rules)
  const read = Promise.all([stdout.read(program.stdout), stderr.read(program.stderr)])
  const end = await program.exited
  clearTimeout(timer)
  const isDrained = await drained(read, () => stdout.isHeldBack() || stderr.isHeldBack())
  if (!isDrained) {
    program.stdout.destroy()
    program.stderr?.destroy()
  }
  return {
    ...end,
    isTimedOut,
    isDrainTimedOut: !isDrained,
    stdout: stdout.end(),
    stderr: stderr.end()
  }
}
