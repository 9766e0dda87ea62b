/**
 * A worker that is started, told of and killed, and what is known of the home it works on.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Left } from './judge.ts'
import type { Began, Done } from './work.ts'

type Line = Began | Done

/** A worker that runs. */
export interface Worker {
  /** What it has told until now. */
  readonly lines: () => ReadonlyArray<Line>
  /** Resolves when it told of its first change, or ended. */
  readonly begun: Promise<unknown>
  readonly stop: () => void
  readonly kill: () => Promise<void>
  readonly error: () => string
}

/** Whole lines only: the process may have died while it printed. */
const whole = (out: string): ReadonlyArray<Line> =>
  out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)

/** Starts a worker; `words` are those of `work.ts`, `limit` is one of `ulimit`. */
export const startWorker = (
  folder: string,
  words: ReadonlyArray<string>,
  env: NodeJS.ProcessEnv = {},
  limit = ''
): Worker => {
  // Without its signal the limit of a file is a write that fails, as the commands of unroll have it.
  const limited = ['-c', `trap '' XFSZ; ${limit === '' ? ':' : `ulimit ${limit}`}; exec "$0" "$@"`]
  const program = [process.execPath, join(folder, 'work.cjs'), ...words]
  const child = spawn('sh', [...limited, ...program], { env: { ...process.env, ...env } })
  const text = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()))
  const closed = once(child, 'close')
  return {
    lines: () => whole(text.out),
    begun: Promise.race([once(child.stdout, 'data'), closed]),
    stop: () => void child.kill('SIGSTOP'),
    kill: async () => {
      child.kill('SIGKILL')
      await closed
    },
    error: () => text.err
  }
}

const isDone = (line: Line): line is Done => 'done' in line

/** What was being done when the worker died: begun, and not told of since. */
const inFlight = (lines: ReadonlyArray<Line>): ReadonlyArray<Began> => {
  const open: Array<Began> = []
  for (const line of lines) {
    if (!isDone(line)) open.push(line)
    else
      open.splice(
        open.findIndex(({ began }) => began === line.done),
        1
      )
  }
  return open
}

/** A home that is worked on, and what was acknowledged there. */
export interface Place {
  readonly home: string
  readonly index: string
  shown: Record<string, Left['shown'][string]>
  readonly events: Array<Left['events'][number]>
  readonly deleted: Array<string>
  /** Changes that were acknowledged. */
  acknowledged: number
}

/** A place of which nothing was told yet. */
export const placeAt = (home: string, index: string): Place => ({
  home,
  index,
  shown: {},
  events: [],
  deleted: [],
  acknowledged: 0
})

const DELETE = 'delete for good'

/** Adds what a worker told to what is known of a place; answers with what was being done. */
export const learn = (place: Place, lines: ReadonlyArray<Line>): ReadonlyArray<Began> => {
  for (const line of lines) {
    if (!isDone(line)) {
      if (line.began === DELETE) place.deleted.push(...line.threads)
      continue
    }
    if (line.refused === null) place.acknowledged += 1
    Object.assign(place.shown, line.shown)
    // What a failing disk stopped half way is finished, or taken back, by a later change.
    const isHalf = line.refused === 'IoFailure'
    const unclear = [...(line.unknown ?? []), ...(isHalf ? Object.keys(line.shown) : [])]
    for (const id of unclear) delete place.shown[id]
    place.events.push(...line.events)
  }
  return inFlight(lines)
}

/** A pause. */
export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
