/**
 * Trials with a kill: one process forks a thread and rolls it back, again and again, and is killed at some step. Then no
 * file may be half written, no earlier file may be changed, and everything that was acknowledged must be there.
 */
import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { basename } from 'node:path'
import type { Engine } from '../../adapters/library.ts'
import { performed, SEQUENCE, shownTurns, type BranchDone } from './branches.ts'
import { random } from './random.ts'
import { right, withEngine } from './engines.ts'
import { copyHome, removeFolder, temporaryFolder } from './fixture-home.ts'
import { homeFiles } from './home-state.ts'

/** Threads whose forks are copies, and one that is forked by reference. */
const CASES = [
  { home: 'basic-142', threadId: '01a1fcdb-41be-7f61-8f33-9491f71ecc78' },
  { home: 'basic-169', threadId: '01a1fd04-6a2b-7862-91d1-5af381f25378' },
  { home: 'fork-rollback-142', threadId: '01a1fcde-3637-7ba1-aa47-0e35fef05fe1' },
  { home: 'basic-169', threadId: '01a1fd04-6dfa-7a33-87cf-0c6af6b51bf7' }
] as const

type Files = Readonly<Record<string, string>>

interface Prepared {
  readonly home: string
  readonly threadId: string
  readonly files: Files
  /** What the thread shows before, and after each operation. */
  readonly states: ReadonlyArray<ReadonlyArray<string>>
  readonly done: ReadonlyArray<BranchDone>
  /** The files that are made, without what differs from run to run. */
  readonly made: ReadonlySet<string>
  readonly steps: number
}

const runChild = (script: string, home: string, threadId: string, step: number) => {
  const { stdout, stderr, signal, status } = spawnSync(
    process.execPath,
    [script, home, threadId, String(step)],
    { encoding: 'utf8' }
  )
  if (signal !== 'SIGKILL' && status !== 0) throw new Error(`the child failed: ${stderr}`)
  const lines = stdout.split('\n').slice(0, -1)
  const printed = lines.map((line) => JSON.parse(line) as BranchDone & { readonly steps?: number })
  return {
    killed: signal === 'SIGKILL',
    steps: printed.at(-1)?.steps ?? 0,
    done: printed.filter(({ steps }) => steps === undefined)
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g

/** A file without times, and without ids that the home did not hold before. */
const normalised = (text: string, known: string): string =>
  text.replace(TIME, 'time').replace(ID, (id) => (known.includes(id) ? id : 'new'))

const newFiles = (before: Files, now: Files): ReadonlyArray<readonly [string, string]> =>
  Object.entries(now).filter(([path]) => before[path] === undefined)

const isHidden = (path: string): boolean => /^\.rollout-.*\.tmp$/.test(basename(path))

const prepare = async (
  script: string,
  { home: name, threadId }: (typeof CASES)[number]
): Promise<Prepared> => {
  const home = copyHome(name)
  const files = homeFiles(home)
  const first = await withEngine({ home }, (engine) => shownTurns(engine, threadId))
  const twin = temporaryFolder()
  cpSync(home, twin, { recursive: true, preserveTimestamps: true })
  const { done, steps } = runChild(script, twin, threadId, 0)
  const states = [first]
  for (const { made, turns } of done) states.push(made === null ? turns : (states.at(-1) ?? []))
  const known = Object.values(files).join('\n')
  const made = new Set(newFiles(files, homeFiles(twin)).map(([, text]) => normalised(text, known)))
  removeFolder(twin)
  return { home, threadId, files, states, done, made, steps }
}

/** What is wrong with the lines a file grew by. */
const growthProblem = (before: string, now: string): string | null => {
  if (!now.startsWith(before)) return 'was changed'
  const whole = now.slice(before.length).split('\n').slice(0, -1)
  try {
    whole.forEach((line) => void JSON.parse(line))
    return null
  } catch {
    return 'grew by a half line'
  }
}

/** What is wrong with the files, before any other process came. */
const fileProblems = (
  home: string,
  { files, threadId, made }: Prepared,
  done: ReadonlyArray<BranchDone>
): ReadonlyArray<string> => {
  const now = homeFiles(home)
  const known = Object.values(files).join('\n')
  const changed = Object.entries(files).flatMap(([path, before]) => {
    const text = now[path]
    if (text === before) return []
    const isOwn = path.includes(threadId)
    const problem = text === undefined || !isOwn ? 'was touched' : growthProblem(before, text)
    return problem === null ? [] : [`${path} ${problem}`]
  })
  const fresh = newFiles(files, now)
  const hidden = fresh.filter(([path]) => isHidden(path))
  const shown = fresh.filter(([path]) => !isHidden(path))
  const half = shown.filter(([, text]) => !made.has(normalised(text, known)))
  const missing = done.filter(
    (one) => one.made !== null && !shown.some(([path]) => path.includes(one.made ?? ''))
  )
  return [
    ...changed,
    ...half.map(([path]) => `${path} is half`),
    ...missing.map((one) => `the fork ${String(one.made)} is not there`),
    ...(hidden.length > 1 ? [`litter: ${hidden.map(([path]) => path).join(', ')}`] : [])
  ]
}

/** True when the thread ends in the midst of a line. */
const endsTorn = (home: string, { threadId }: Prepared): boolean =>
  Object.entries(homeFiles(home)).some(
    ([path, text]) => path.endsWith(`${threadId}.jsonl`) && !text.endsWith('\n')
  )

const logProblems = async (
  engine: Engine,
  acknowledged: number
): Promise<ReadonlyArray<string>> => {
  const states = (await right(engine.operations())).map(({ state }) => state).toReversed()
  const told = states.slice(0, acknowledged)
  const rest = states.slice(acknowledged)
  const isTold = told.length === acknowledged && told.every((state) => state === 'done')
  const isRest =
    rest.length <= 1 && rest.every((state) => state === 'done' || state === 'unfinished')
  return isTold && isRest ? [] : [`the log says ${states.join(', ')}`]
}

/** What is wrong with what is shown, and with what is done next. */
const shownProblems = async (
  home: string,
  { threadId, states, done: all }: Prepared,
  done: ReadonlyArray<BranchDone>,
  isTorn: boolean
): Promise<ReadonlyArray<string>> =>
  withEngine({ home }, async (engine) => {
    const problems = [...(await logProblems(engine, done.length))]
    for (const { made, turns } of done)
      if (made !== null && !same(await shownTurns(engine, made), turns))
        problems.push(`the fork ${made} shows other turns`)
    const [before = [], after = []] = states.slice(done.length, done.length + 2)
    const now = await shownTurns(engine, threadId)
    const operation = SEQUENCE[done.length]
    // A write that was cut off shows what it wrote, and the next try goes on behind it.
    if (!same(now, before) && !same(now, after) && !(isTorn && operation === 'unrollback'))
      problems.push(`between: it shows ${now.length} turns`)
    if (!same(now, after) && operation !== undefined) {
      const again = await performed(engine, threadId, operation)
      if (!same(again.turns, all[done.length]?.turns))
        problems.push(`${operation} comes to something else now: ${again.turns.length} turns`)
    }
    const shown = await shownTurns(engine, threadId)
    const further = shown.length === 0 ? [] : (['rollback', 'unrollback'] as const)
    for (const next of ['fork', ...further] as const) {
      const { turns } = await performed(engine, threadId, next)
      const wanted = next === 'rollback' ? shown.slice(0, -2) : shown
      if (!same(turns, wanted)) problems.push(`the next ${next} shows ${turns.length} turns`)
    }
    await right(engine.listThreads({ limit: 100, modelProviders: [] }))
    return problems
  })

/** The problems a trial found: none when all is well. */
export interface BranchTrial {
  readonly name: string
  readonly problems: ReadonlyArray<string>
  /** The operation it was killed in. */
  readonly within: string
}

/** Runs trials one after the other; a seed makes one the same again. */
export const branchTrials = (script: string) => {
  const prepared = new Map<number, Prepared>()
  const trial = async (seed: number, at?: number): Promise<BranchTrial> => {
    const which = seed % CASES.length
    const chosen = CASES[which] ?? CASES[0]
    const start = prepared.get(which) ?? (await prepare(script, chosen))
    prepared.set(which, start)
    const home = temporaryFolder()
    cpSync(start.home, home, { recursive: true, preserveTimestamps: true })
    const step = at ?? 1 + Math.floor(random(seed)() * start.steps)
    const { killed, done } = runChild(script, home, start.threadId, step)
    const isTorn = endsTorn(home, start)
    const problems = [
      ...(killed ? [] : ['was not killed']),
      ...fileProblems(home, start, done),
      ...(await shownProblems(home, start, done, isTorn).catch((cause: unknown) => [String(cause)]))
    ]
    removeFolder(home)
    const within = SEQUENCE[done.length] ?? 'nothing'
    return { name: `seed ${seed}, ${chosen.home}, ${within}, step ${step}`, problems, within }
  }
  return { trial, close: () => prepared.forEach(({ home }) => removeFolder(home)) }
}
