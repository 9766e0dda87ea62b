/**
 * One trial of a failing system call: an operation on a copy of a prepared home, with a fault armed; then the same again
 * without it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { cpSync, mkdirSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { join } from 'node:path'
import { seal } from '../../adapters/index/lmdb/seal.ts'
import { markOn } from '../../adapters/index/lmdb/writing.ts'
import type { Engine } from '../../adapters/library.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { untilReleased } from '../support/appending.ts'
import { withEngine, openedEngine } from '../support/engines.ts'
import { arm, disarm, watchCalls, type Call, type Fault, type Seen } from './failing-calls.ts'
import { brokenLines, lostBytes, observeHome, rolloutBytes, type Observation } from './observe.ts'
import { operation, tortureHome, type Answer } from './operations.ts'

/** A home and its index as an operation finds them, and what it comes to without a fault. */
export interface Prepared {
  readonly operation: string
  readonly folder: string
  readonly answer: unknown
  readonly after: Observation
}

/** What became of a trial. */
export interface Verdict {
  /** Calls that could have failed so. */
  readonly calls: number
  readonly hit: Call | null
  /** `right`, the tag of a `StoreError`, or what was thrown. */
  readonly answer: string
  /** What is wrong; empty when all is well. */
  readonly problems: ReadonlyArray<string>
}

const homeIn = (folder: string): string => join(folder, 'home')
const indexIn = (folder: string): string => join(folder, 'index')

const copied = (from: string): string => {
  const folder = temporaryFolder()
  cpSync(from, folder, { recursive: true, preserveTimestamps: true })
  const index = indexIn(folder)
  const { ino: inode } = statSync(join(index, 'data.mdb'), { bigint: true })
  seal(index, { inode, mark: markOn(index, inode) })
  return folder
}

const answered = async (run: () => Promise<Answer>): Promise<readonly [string, unknown]> => {
  try {
    const answer = await run()
    return E.isRight(answer) ? ['right', answer.right] : [answer.left._tag, answer.left]
  } catch (cause) {
    return [`thrown ${String(cause)}`, null]
  }
}

/** Everything that differs from run to run: times, and ids that the home did not hold before. */
const comparable = (value: unknown, known: ReadonlySet<string>): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null)
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => (known.has(id) ? id : 'new'))
      .replace(/\/tmp\/unroll-test-\w+/g, 'folder')
  )

const knownIn = (home: string): ReadonlySet<string> => {
  const text = [...rolloutBytes(home)].map(([name, bytes]) => name + bytes.toString('latin1'))
  return new Set(text.join('').match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g))
}

const shows = (observation: Observation, known: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(Object.entries(observation).map((one) => JSON.stringify(comparable(one, known))))

/** Prepares the home of an operation; the caller deletes its folder. */
export const prepare = async (name: string): Promise<Prepared> => {
  const one = operation(name)
  const folder = temporaryFolder()
  const home = tortureHome()
  cpSync(home, homeIn(folder), { recursive: true, preserveTimestamps: true })
  removeFolder(home)
  mkdirSync(indexIn(folder))
  const options = { home: homeIn(folder), index: indexIn(folder) }
  await withEngine(options, async (engine) => {
    for (const earlier of one.first) {
      const [tag] = await answered(() => operation(earlier).run(engine, homeIn(folder)))
      if (tag !== 'right') throw new Error(`${earlier} before ${name}: ${tag}`)
    }
    await engine.status()()
    await untilReleased()
  })
  const twin = copied(folder)
  const [tag, answer] = await withEngine(
    { home: homeIn(twin), index: indexIn(twin) },
    async (engine) => answered(() => one.run(engine, homeIn(twin)))
  )
  if (tag !== 'right') throw new Error(`${name}: ${tag} ${JSON.stringify(answer)}`)
  const after = await observeHome(homeIn(twin))
  removeFolder(twin)
  return { operation: name, folder, answer, after }
}

const leftOpen = (folder: string): ReadonlyArray<string> =>
  readdirSync('/proc/self/fd').flatMap((file) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${file}`)
      return path.startsWith(folder) ? [path.slice(folder.length)] : []
    } catch {
      return []
    }
  })

/** Failures that a fault may be told as. */
const EXPECTED = new Set(['right', 'IoFailure', 'IndexUnavailable', 'IndexEmptied'])
/** What a second try may be told when the first one had done its work all the same. */
const DONE_ALREADY = new Set([
  ...['right', 'WrongExpectedRevision', 'StreamNotFound', 'NotPossible', 'TurnNotFound']
])

const trouble = { rejections: new Array<string>() }

/** Watches for what nobody waits for; once per process. */
export const watchRejections = (): void => {
  const note = (cause: unknown): void => void trouble.rejections.push(String(cause))
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
}

/** What is made on the way to something else. */
const TEMPORARY = /(\.tmp|\.lock\.\d+|\.lock\.next(\.\d+)?)$/

/** What is wrong with the home afterwards, in the eyes of a process that comes later. */
const problemsAfter = async (
  folder: string,
  { operation: name, after }: Prepared,
  before: ReadonlyMap<string, Buffer>,
  known: ReadonlySet<string>
): Promise<ReadonlyArray<string>> => {
  const home = homeIn(folder)
  const problems: Array<string> = []
  if (name !== 'delete_for_good') problems.push(...lostBytes(before, home))
  for (const [file, bytes] of rolloutBytes(home))
    if (brokenLines(bytes) > brokenLines(before.get(file) ?? Buffer.alloc(0)) + 1)
      problems.push(`${file} holds broken lines`)
  for (const name of readdirSync(home, { recursive: true, encoding: 'utf8' }))
    if (TEMPORARY.test(name)) problems.push(`${name} was left behind`)
  const fromIndex = await observeHome(home, indexIn(folder))
  const fromFiles = await observeHome(home)
  if (!isDeepStrictEqual(fromIndex, fromFiles)) problems.push('the index differs from the files')
  const [now, wanted] = [shows(fromFiles, known), shows(after, known)]
  const missing = [...wanted].filter((one) => !now.has(one))
  const extra = [...now].filter((one) => !wanted.has(one))
  // A write that was cut short stays as a broken line, which is all that may differ.
  const isTail =
    missing.length > 0 && missing.length === extra.length && isOnlyDamage(missing, extra)
  if (!isTail) {
    for (const one of missing) problems.push(`not shown at the end: ${one.slice(0, 300)}`)
    for (const one of extra) problems.push(`shown though nobody made it: ${one.slice(0, 300)}`)
  }
  return problems
}

const isOnlyDamage = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean => {
  const without = (text: string): string => text.replace(/"damaged":\d+/, '')
  return isDeepStrictEqual(a.map(without).toSorted(), b.map(without).toSorted())
}

const rowsOf = (page: unknown): ReadonlyArray<unknown> =>
  (page as { readonly data: ReadonlyArray<unknown> }).data

/** True for a page that lacks only rows of threads whose files were hit; a fault that lasts may hit any file. */
const isPartOf = (
  page: unknown,
  whole: unknown,
  { paths }: Pick<Call, 'paths'>,
  lasts: boolean
): boolean => {
  const ids = paths.flatMap((path) => ROLLOUT_ID.exec(path)?.[1] ?? [])
  const isHit = (row: unknown): boolean =>
    lasts || ids.some((id) => JSON.stringify(row).includes(id))
  const has = (rows: ReadonlyArray<unknown>, row: unknown): boolean =>
    rows.some((one) => isDeepStrictEqual(one, row))
  const [here, there] = [rowsOf(page), rowsOf(whole)]
  return here.every((row) => has(there, row)) && there.every((row) => has(here, row) || isHit(row))
}

const ROLLOUT_ID = /rollout-.*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl/

const judged = async (
  engine: Engine,
  home: string,
  prepared: Prepared,
  known: ReadonlySet<string>,
  [tag, answer]: readonly [string, unknown],
  hit: Call | null,
  { lasts }: Fault
): Promise<ReadonlyArray<string>> => {
  const one = operation(prepared.operation)
  const same = (value: unknown): boolean =>
    isDeepStrictEqual(comparable(value, known), comparable(prepared.answer, known))
  const isWithout = (value: unknown): boolean =>
    one.leavesOut === true &&
    hit !== null &&
    isPartOf(comparable(value, known), comparable(prepared.answer, known), hit, lasts)
  const problems: Array<string> = []
  if (!EXPECTED.has(tag)) problems.push(`the answer is ${tag} ${JSON.stringify(answer)}`)
  if (one.reads && tag === 'right' && !same(answer) && !isWithout(answer))
    problems.push('another answer than without it')
  if (!one.reads && tag === 'right') return problems
  const [again, value] = await answered(() => one.run(engine, home))
  const isDone = one.reads ? again === 'right' && same(value) : DONE_ALREADY.has(again)
  if (!isDone) problems.push(`again: ${again} ${JSON.stringify(value)}`)
  return problems
}

/** An operation that is about to run. */
export interface Ready {
  readonly folder: string
  /** Runs it, and nothing else. */
  readonly run: (fault: Fault) => Promise<void>
  /** Judges what it came to, and what it left. */
  readonly judge: () => Promise<Verdict>
}

/** Opens a copy of a prepared home; the operation runs when it is told to. */
export const ready = async (prepared: Prepared): Promise<Ready> => {
  watchCalls()
  const folder = copied(prepared.folder)
  const home = homeIn(folder)
  const before = rolloutBytes(home)
  const known = knownIn(home)
  trouble.rejections = []
  const engine = await openedEngine({ home, index: indexIn(folder) })
  let ran: {
    readonly fault: Fault
    readonly answer: readonly [string, unknown]
    readonly seen: Seen
  }
  const run = async (fault: Fault): Promise<void> => {
    arm(fault, [folder])
    const answer = await answered(() => operation(prepared.operation).run(engine, home))
    // Locks are given back in the next turns of the event loop.
    await untilReleased()
    ran = { fault, answer, seen: disarm() }
  }
  const judge = async (): Promise<Verdict> => {
    const { fault, answer, seen } = ran
    const { calls, hit } = seen
    const problems = [...(await judged(engine, home, prepared, known, answer, hit, fault))]
    await engine.close()
    await untilReleased()
    for (const path of leftOpen(folder)) problems.push(`left open: ${path}`)
    problems.push(...(await problemsAfter(folder, prepared, before, known)))
    for (const cause of trouble.rejections) problems.push(`nobody waited for ${cause}`)
    removeFolder(folder)
    return { calls, hit, answer: answer[0], problems }
  }
  return { folder, run, judge }
}

/** Runs an operation with a fault, and again without it. */
export const trial = async (prepared: Prepared, fault: Fault): Promise<Verdict> => {
  const { run, judge } = await ready(prepared)
  await run(fault)
  return judge()
}

/** Runs an operation on a prepared folder itself, and dies within it when the fault is deadly. */
export const deadly = async (name: string, folder: string, fault: Fault): Promise<Seen> => {
  watchCalls()
  const engine = await openedEngine({ home: homeIn(folder), index: indexIn(folder) })
  arm(fault, [folder])
  await operation(name).run(engine, homeIn(folder))
  const seen = disarm()
  await engine.close()
  return { ...seen, trace: [] }
}

/** Copies a prepared folder; the caller deletes it. */
export const copyPrepared = copied
