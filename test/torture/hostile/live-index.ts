/**
 * Indexes that are damaged while a server has them open. The goal: the server lives, clients keep their connections, and every
 * answer is that of a server without an index; an error may come once for each damage. The method: some clients ask without a
 * pause while a thread grows, so that the index is read and written all the time, and its files are damaged in between.
 */
import {
  appendFileSync,
  closeSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync
} from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Random } from '../../../bench/home/random.ts'
import { tallying, type Tally } from './tally.ts'

const PAGE_BYTES = 4096

const noise = (bytes: number, random: Random): Buffer =>
  Buffer.from(Array.from({ length: bytes }, () => random.int(0, 255)))

/** Writes into a file that keeps its name, its inode and its size. */
const over = (path: string, write: (file: number, size: number) => void): void => {
  const file = openSync(path, 'r+')
  try {
    write(file, fstatSync(file).size)
  } finally {
    closeSync(file)
  }
}

const pageOf = (size: number, random: Random): number =>
  random.int(0, Math.max(0, Math.floor(size / PAGE_BYTES) - 1)) * PAGE_BYTES

const data = (index: string): string => join(index, 'data.mdb')

/** What another program may do to the files of an index that is open, a row each. */
export const LIVE_DAMAGES: Readonly<Record<string, (index: string, random: Random) => void>> = {
  'data cut to nothing': (index) => truncateSync(data(index), 0),
  'data cut anywhere': (index, random) =>
    over(data(index), (file, size) => truncateSync(data(index), random.int(0, size - 1))),
  'data overwritten with zeros': (index) =>
    over(data(index), (file, size) => void writeSync(file, Buffer.alloc(size), 0, size, 0)),
  'a page of zeros': (index, random) =>
    over(
      data(index),
      (file, size) =>
        void writeSync(file, Buffer.alloc(PAGE_BYTES), 0, PAGE_BYTES, pageOf(size, random))
    ),
  'data overwritten with noise': (index, random) =>
    over(data(index), (file, size) => void writeSync(file, noise(size, random), 0, size, 0)),
  'a page of noise': (index, random) =>
    over(
      data(index),
      (file, size) =>
        void writeSync(file, noise(PAGE_BYTES, random), 0, PAGE_BYTES, pageOf(size, random))
    ),
  'other data in its place': (index, random) => {
    writeFileSync(`${data(index)}.other`, noise(8 * PAGE_BYTES, random))
    renameSync(`${data(index)}.other`, data(index))
  },
  'data deleted': (index) => rmSync(data(index), { force: true }),
  'the lock cut to nothing': (index) => truncateSync(join(index, 'lock.mdb'), 0),
  'everything deleted': (index) => rmSync(index, { recursive: true, force: true })
}

/** After these the server goes on with a file that has no name any more: nobody can damage it. */
const UNNAMED: ReadonlySet<string> = new Set([
  'other data in its place',
  'data deleted',
  'everything deleted'
])

/** Asks a server and resolves with the answer, without its id. */
export type Ask = (method: string, params: object) => Promise<Readonly<Record<string, unknown>>>

/** A server over an index, another one without, the home of both, and a thread of it that may grow. */
export interface LiveTrial {
  readonly index: string
  readonly ask: Ask
  readonly askPlain: Ask
  readonly threadIds: ReadonlyArray<string>
  readonly growing: string
  /** How the process of the server ended; null while it runs. */
  readonly ended: () => string | number | null
  readonly close: () => Promise<void>
}

const QUESTIONS = 40
const CLIENTS = 4

const questionsAbout = (id: string) =>
  [
    ['thread/list', { limit: 50, modelProviders: [] }],
    ['thread/turns/list', { threadId: id, limit: 20 }],
    ['thread/turns/list', { threadId: id, limit: 2, sortDirection: 'asc', itemsView: 'full' }],
    ['thread/read', { threadId: id, includeTurns: true }]
  ] as const

/** A line that no version of Codex knows: the file grows, and no answer changes but the time of its thread. */
const GROWTH = `${JSON.stringify({ timestamp: '2026-11-21T06:54:38.644Z', type: 'event_msg', payload: { type: 'nobody_knows' } })}\n`

/** Times of files move while a trial runs. */
const timeless = (answer: unknown): unknown =>
  JSON.parse(
    JSON.stringify(answer, (name, value: unknown) =>
      name === 'updatedAt' || name === 'recencyAt' || name.endsWith('Cursor') ? 0 : value
    )
  ) as unknown

/** False when there was nothing to damage, because the index is just being made anew. */
const isDamaged = (name: string, index: string, random: Random): boolean => {
  try {
    LIVE_DAMAGES[name]?.(index, random)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    return false
  }
}

/** One damage in the middle of many questions. */
const oneDamage = async (
  { index, ask, askPlain, threadIds, growing, ended }: LiveTrial,
  name: string,
  random: Random
): Promise<{ readonly errors: number; readonly problems: ReadonlyArray<string> }> => {
  const at = random.int(1, QUESTIONS / 2)
  const problems: Array<string> = []
  let [asked, errors, damages] = [0, 0, 0]
  const client = async (): Promise<void> => {
    while (asked < QUESTIONS) {
      asked += 1
      if (asked % 7 === 0) appendFileSync(growing, GROWTH)
      if (asked >= at && damages === 0 && isDamaged(name, index, random)) damages += 1
      const questions = questionsAbout(threadIds[random.int(0, threadIds.length - 1)] ?? '')
      const [method, params] = questions[random.int(0, questions.length - 1)] ?? questions[0]
      const [is, should] = await Promise.all([ask(method, params), askPlain(method, params)])
      if ('error' in is && !('error' in should)) errors += 1
      else if (!isDeepStrictEqual(timeless(is), timeless(should)))
        problems.push(`${name}: ${method} ${JSON.stringify(params)} has another answer`)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  if (errors > 1) problems.push(`${name}: ${errors} errors`)
  if (damages === 0) problems.push(`${name}: there was nothing to damage`)
  if (ended() !== null) problems.push(`${name}: the server ended (${String(ended())})`)
  return { errors, problems }
}

/** Every kind of damage, so many times each, to a server that goes on running as long as its file has a name. */
export const liveTrials = async (
  open: () => Promise<LiveTrial>,
  random: Random,
  times: number,
  isMeant: (name: string) => boolean = () => true
): Promise<Tally> => {
  const tally = tallying()
  let trial: LiveTrial | null = null
  const close = async (): Promise<void> => {
    await trial?.close()
    trial = null
  }
  try {
    for (let n = 0; n < times; n++)
      for (const name of Object.keys(LIVE_DAMAGES).filter(isMeant)) {
        trial ??= await open()
        const { errors, problems } = await oneDamage(trial, name, random)
        tally.trial()
        if (errors > 0) tally.count('an error')
        for (const problem of problems) tally.problem(problem)
        if (UNNAMED.has(name) || problems.length > 0) await close()
      }
  } finally {
    await close()
  }
  return tally.done()
}
