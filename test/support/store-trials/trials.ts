/**
 * Trials with a kill over a store: a process that copies a home to the store, or follows the store, is killed at some step;
 * then the next one finishes, and nothing may be lost or there twice. A seed makes a trial the same again, as far as the
 * network keeps its order.
 */
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { random } from '../random.ts'
import { copyHome, removeFolder, temporaryFolder } from '../fixture-home.ts'
import { homeFiles } from '../home-state.ts'
import { counted, namesHeld, namesOf, rolloutFiles, storeProblems } from './held.ts'
import { succeeded, type Death, type Program, type Ran } from './program.ts'
import { copyHomeRenamed, threadsIn } from './renamed-home.ts'
import { runningServer, standInServer, type TrialServer } from './trial-server.ts'

/** What is killed: a process that copies a home for the first time or again, mirrors it, copies it back, writes changes out, or keeps an index. */
export const KINDS = ['push', 'push more', 'mirror', 'pull', 'output', 'node'] as const

export type Kind = (typeof KINDS)[number]

/** The problems a trial found: none when all is well. */
export interface StoreTrial {
  readonly name: string
  readonly kills: number
  readonly problems: ReadonlyArray<string>
}

/** Forks by reference; damaged lines; names; archived threads; long lines. */
const HOMES = ['fork-rollback-169', 'damaged-142', 'basic-142', 'live-169', 'unicode-long-142']

/** Smaller than lines are now and then: lines in parts, and several calls for each thread. */
const LIMITS = [24 * 1024, 64 * 1024, 1024 * 1024]

const HOWS = ['before', 'after', 'torn'] as const

/** A trial that is being run. */
interface Setting {
  readonly program: Program
  readonly server: TrialServer
  /** As it is in the end. */
  readonly home: string
  readonly folder: string
  readonly next: () => number
  readonly problems: Array<string>
}

const between = (next: () => number, from: number, until: number): number =>
  from + Math.floor(next() * (until - from))

const chosen = <A>(next: () => number, of: ReadonlyArray<A>): A =>
  of[between(next, 0, of.length)] as A

const storeWords = (verb: string, { server, home }: Setting, ...more: ReadonlyArray<string>) => [
  ...['store', verb, '--store', server.url, '--home', home],
  ...more
]

const pullWords = ({ url, threads }: TrialServer, to: string): ReadonlyArray<string> => [
  ...['store', 'pull', ...threads, '--store', url],
  ...['--home', to]
]

/** Runs with a kill at one of so many steps; how often it really died, 0 or 1. */
const killedOnce = async (
  { program, next, problems }: Setting,
  words: ReadonlyArray<string>,
  steps: number
): Promise<number> => {
  const death: Death = { step: between(next, 1, steps + 1), how: chosen(next, HOWS) }
  const ran = await program.start(words, death).ended
  if (!ran.killed && ran.code !== 0) problems.push(`ended with ${ran.code}: ${ran.err}${ran.out}`)
  return ran.killed ? 1 : 0
}

/** What a complete copy of the home must look like, in the store and in a home made from it. */
const checkCopy = async (setting: Setting): Promise<void> => {
  const { program, server, home, folder, problems } = setting
  const held = await server.log()
  problems.push(...storeProblems(held, home))
  const [names, wanted] = [namesHeld(held), namesOf(home)]
  if (JSON.stringify(names) !== JSON.stringify(wanted))
    problems.push(`names ${names.join(', ')} instead of ${wanted.join(', ')}`)
  await succeeded(program, storeWords('push', setting))
  const again = await server.log()
  if (again.length !== held.length)
    problems.push(`a second push wrote ${again.length - held.length} events`)
  await succeeded(program, storeWords('verify', setting, ...server.threads))
  const pulled = join(folder, 'pulled')
  await succeeded(program, pullWords(server, pulled))
  const [got, files] = [rolloutFiles(pulled), rolloutFiles(home)]
  for (const [id, content] of files)
    if (!got.get(id)?.equals(content)) problems.push(`${id} comes back otherwise`)
  if (got.size !== files.size) problems.push(`${got.size} files come back of ${files.size}`)
  const names_ = homeFiles(pulled)['session_index.jsonl'] ?? ''
  if (names_ !== (homeFiles(home)['session_index.jsonl'] ?? ''))
    problems.push('other names come back')
}

/** Cuts plain files of a home at any byte, and leaves some away, as they were some time before. */
const earlier = ({ next, folder, home }: Setting): string => {
  const early = join(folder, 'early')
  cpSync(home, early, { recursive: true, preserveTimestamps: true })
  for (const path of Object.keys(homeFiles(early))) {
    if (!path.endsWith('.jsonl')) continue
    const file = join(early, path)
    const { length } = readFileSync(file)
    const luck = next()
    if (luck < 0.2) rmSync(file)
    else if (luck < 0.9) truncateSync(file, between(next, 0, length))
    if (luck >= 0.2) utimesSync(file, 1_700_000_000, 1_700_000_000)
  }
  return early
}

const steps = async ({ program }: Setting, words: ReadonlyArray<string>): Promise<number> =>
  (await succeeded(program, words)).steps

/** The same on a server of its own, to learn how many steps it takes. */
const rehearsed = async (
  setting: Setting,
  run: (setting: Setting) => Promise<number>
): Promise<number> => {
  const server = await standInServer()
  try {
    return await run({ ...setting, server })
  } finally {
    await server.stop()
  }
}

const pushTrial = async (setting: Setting): Promise<number> => {
  const words = storeWords('push', setting)
  const count = await rehearsed(setting, (other) => steps(other, storeWords('push', other)))
  const isTwice = setting.next() < 0.4
  let kills = await killedOnce(setting, words, count)
  if (isTwice) kills += await killedOnce(setting, words, count)
  await succeeded(setting.program, words)
  await checkCopy(setting)
  return kills
}

const pushMoreTrial = async (setting: Setting): Promise<number> => {
  const early = earlier(setting)
  const first = (to: Setting) => succeeded(to.program, storeWords('push', { ...to, home: early }))
  await first(setting)
  const count = await rehearsed(setting, async (other) => {
    await first(other)
    return steps(other, storeWords('push', other))
  })
  const words = storeWords('push', setting)
  const kills = await killedOnce(setting, words, count)
  await succeeded(setting.program, words)
  await checkCopy(setting)
  return kills
}

/** Lets a home grow to what it is in the end, in pieces of any size. */
const grow = async (
  { next, home }: Setting,
  early: string,
  pieces: number,
  pause: () => Promise<void>
): Promise<void> => {
  const whole = Object.keys(homeFiles(home)).filter((path) => path.endsWith('.jsonl'))
  for (let piece = 1; piece <= pieces; piece++) {
    for (const path of whole) {
      const content = readFileSync(join(home, path))
      const file = join(early, path)
      mkdirSync(dirname(file), { recursive: true })
      const have = homeFilesSize(file)
      const left = content.length - have
      const more = piece === pieces ? left : between(next, 0, left)
      appendFileSync(file, content.subarray(have, have + more))
    }
    await pause()
  }
}

const homeFilesSize = (file: string): number => {
  try {
    return readFileSync(file).length
  } catch {
    return 0
  }
}

/** Waits for so many answers, or for the end of a process; where nobody counts, as long as so many take. */
const answers = async ({ answered }: TrialServer, isRunning: () => boolean, more: number) => {
  let waits = 0
  const sum = (): number => answered() ?? waits
  const until = sum() + more
  for (; waits < 200 && isRunning() && sum() < until; waits++)
    await new Promise((done) => setTimeout(done, 5))
}

/** Runs of a mirror: killed at a step, or ended in order. */
const mirrored = async (setting: Setting, early: string, death: Death): Promise<Ran> => {
  const { program, server, next } = setting
  const words = storeWords('mirror', { ...setting, home: early })
  const running = program.start(words, death)
  await grow(setting, early, between(next, 1, 4), () => answers(server, running.isRunning, 3))
  await answers(server, running.isRunning, 20)
  running.kill(death.step > 0 ? 'SIGKILL' : 'SIGTERM')
  return running.ended
}

const mirrorTrial = async (setting: Setting): Promise<number> => {
  const early = earlier(setting)
  const death: Death = { step: between(setting.next, 1, 120), how: chosen(setting.next, HOWS) }
  const ran = await mirrored(setting, early, death)
  if (!ran.killed) setting.problems.push(`the mirror ended with ${ran.code}: ${ran.err}`)
  await succeeded(setting.program, storeWords('push', { ...setting, home: early }))
  await checkCopy({ ...setting, home: early })
  return ran.killed ? 1 : 0
}

/** Writing the files of a home again is killed, once or twice; what stands there is a beginning of what comes. */
const pullTrial = async (setting: Setting): Promise<number> => {
  const { program, server, home, folder, next, problems } = setting
  await succeeded(program, storeWords('push', setting))
  const words = (to: string) => pullWords(server, to)
  const count = await steps(setting, words(join(folder, 'other')))
  const to = join(folder, 'pulled')
  let kills = await killedOnce(setting, words(to), count)
  for (const [id, content] of rolloutFiles(to))
    if (!rolloutFiles(home).get(id)?.subarray(0, content.length).equals(content))
      problems.push(`${id} holds something else after a kill`)
  if (next() < 0.5) kills += await killedOnce(setting, words(to), count)
  await succeeded(program, words(to))
  const [got, wanted] = [homeFiles(to), homeFiles(home)]
  for (const [path, content] of Object.entries(wanted))
    if (/rollout-|session_index/.test(path) && got[path] !== content)
      problems.push(`${path} comes back otherwise`)
  for (const path of Object.keys(got))
    if (wanted[path] === undefined) problems.push(`${path} was not there before`)
  return kills
}

interface ToldLine {
  readonly stream: string
  readonly revision: number
}

/** The stream and revision of everything that counts. */
const wantedLines = async (server: TrialServer): Promise<ReadonlyArray<string>> => {
  const isTold = new Set<string>()
  for (const [stream, events] of counted(await server.log())) {
    if (!/^(thread-|unroll-log-)/.test(stream)) continue
    for (const { revision, type, metadata } of events) {
      const { part = 0, parts = 1 } = JSON.parse(metadata.toString()) as {
        part?: number
        parts?: number
      }
      if (part === parts - 1 && type !== 'unroll-blank') isTold.add(`${stream} ${revision}`)
    }
  }
  return [...isTold].toSorted()
}

const toldLines = (file: string, { threads }: TrialServer): ReadonlyArray<string> =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((text) => JSON.parse(text) as ToldLine)
    .filter(({ stream }) => threads.length === 0 || threads.includes(stream.slice(7)))
    .map(({ stream, revision }) => `${stream} ${revision}`)

const outputTrial = async (setting: Setting): Promise<number> => {
  const { program, server, folder, problems } = setting
  const early = earlier(setting)
  const words = (file: string) =>
    storeWords('subscribe', setting, '--until-caught-up', ...['--out', file, '--index', folder])
  await succeeded(program, storeWords('push', { ...setting, home: early }))
  const file = join(folder, 'told.jsonl')
  const count = await steps(setting, words(join(folder, 'other.jsonl')))
  let kills = await killedOnce(setting, words(file), count)
  await succeeded(program, storeWords('push', setting))
  kills += await killedOnce(setting, words(file), count)
  await succeeded(program, words(file))
  const [told, wanted] = [toldLines(file, server), await wantedLines(server)]
  if (JSON.stringify(told.toSorted()) !== JSON.stringify(wanted))
    problems.push(`${told.length} lines are told of ${wanted.length}, or others`)
  const once = join(folder, 'once.jsonl')
  await succeeded(program, words(once))
  if (!readFileSync(once).equals(readFileSync(file))) problems.push('the file is another one')
  return kills
}

const nodeTrial = async (setting: Setting): Promise<number> => {
  const { program, server, folder, home, problems, next } = setting
  const early = earlier(setting)
  const list = (index: string) => [
    ...['threads', '--limit', '1000', '--json', '--store', server.url],
    ...['--home', home, '--index', join(folder, index)]
  ]
  await succeeded(program, storeWords('push', { ...setting, home: early }))
  const count = await steps(setting, list('other'))
  let kills = await killedOnce(setting, list('index'), count)
  await succeeded(program, storeWords('push', setting))
  // The database writes from threads of its own, so this one is killed by the clock.
  const running = program.start(list('index'))
  const timer = setTimeout(() => running.kill('SIGKILL'), between(next, 50, 1500))
  const ran = await running.ended
  clearTimeout(timer)
  kills += ran.killed ? 1 : 0
  const again = ownLines(server, (await succeeded(program, list('index'))).out)
  const fresh = ownLines(server, (await succeeded(program, list('fresh'))).out)
  const at = fresh.findIndex((line, i) => line !== again[i])
  if (at !== -1 || again.length !== fresh.length)
    problems.push(
      `the list has ${again.length} lines instead of ${fresh.length}: ${again[at]} instead of ${fresh[at]}`
    )
  for (const { id } of fresh.map(parsedThread)) {
    const turns = (index: string) => [
      ...['turns', id, '--json', '--limit', '100', '--store', server.url],
      ...['--home', home, '--index', join(folder, index)]
    ]
    const [one, other] = [
      await program.start(turns('index')).ended,
      await program.start(turns('fresh')).ended
    ]
    if (one.out !== other.out || one.code !== other.code) problems.push(`${id} has other turns`)
  }
  return kills
}

/** Lines about threads of the trial: others may write to a real server between two lists. */
const ownLines = ({ threads }: TrialServer, out: string): ReadonlyArray<string> =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .filter((line) => threads.length === 0 || threads.includes(parsedThread(line).id))

const parsedThread = (line: string): { readonly id: string } =>
  JSON.parse(line) as { readonly id: string }

const TRIALS: Readonly<Record<Kind, (setting: Setting) => Promise<number>>> = {
  push: pushTrial,
  'push more': pushMoreTrial,
  mirror: mirrorTrial,
  pull: pullTrial,
  output: outputTrial,
  node: nodeTrial
}

/** Runs one trial, on the stand-in unless a server is named; its seed says what is killed, over which home, and where. */
export const storeTrial = async (
  program: Program,
  seed: number,
  kind: Kind = KINDS[seed % KINDS.length] ?? 'push',
  url?: string
): Promise<StoreTrial> => {
  const next = random(seed)
  const homeName = chosen(next, HOMES)
  const maxAppendSizeBytes = chosen(next, LIMITS)
  const home = url === undefined ? copyHome(homeName) : copyHomeRenamed(homeName)
  const server =
    url === undefined
      ? await standInServer({ maxAppendSizeBytes })
      : runningServer(url, threadsIn(home))
  const folder = temporaryFolder()
  const problems: Array<string> = []
  let kills = 0
  try {
    kills = await TRIALS[kind]({ program, server, home, folder, next, problems })
  } catch (cause) {
    problems.push(String(cause))
  } finally {
    await server.stop()
    removeFolder(home)
    removeFolder(folder)
  }
  return {
    name: `seed ${seed}, ${kind}, ${homeName}${url === undefined ? `, ${maxAppendSizeBytes} bytes` : ''}`,
    kills,
    problems
  }
}
