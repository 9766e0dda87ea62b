/**
 * Trials with a kill: one process changes a home and is killed at some step; sometimes the process that finishes the work is
 * killed, too. Then the home must be as before or as after.
 */
import { buildSync } from 'esbuild'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { withEngine } from './engines.ts'
import { copyHome, removeFolder, temporaryFolder } from './fixture-home.ts'
import { homeFiles, rollouts } from './home-state.ts'
import { random } from './random.ts'

const HOME = 'agents-169'
/** The thread that spawned the other three. */
export const ROOT = '01a1fd09-70c5-78c3-918b-98120b068bc3'
const CHILD = '01a1fd09-71b0-7eb2-9cc8-3091d156fa49'

/** What is done, and what must have been done before. */
const CASES = [
  { operation: 'archive', first: [] },
  { operation: 'unarchive', first: ['archive'] },
  { operation: 'delete', first: [] },
  { operation: 'restore', first: ['delete'] },
  { operation: 'permanent', first: [] },
  { operation: 'undo', first: ['archive'] },
  { operation: 'undo', first: ['delete'] },
  { operation: 'delete', first: ['archive'] }
] as const

const NOBODY = '00000000-0000-7000-8000-000000000000'

/** A child process that starts in milliseconds; `entry` is its source in this folder. */
export const bundleChild = (entry = 'crash-entry'): string => {
  const outfile = join(temporaryFolder(), `${entry}.mjs`)
  buildSync({
    entryPoints: [join(import.meta.dirname, `${entry}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['lmdb'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
    }
  })
  return outfile
}

interface Ran {
  readonly killed: boolean
  readonly steps: number
  readonly text: string
}

const runChild = (script: string, home: string, operation: string, step: number): Ran => {
  const { stdout, stderr, signal, status } = spawnSync(
    process.execPath,
    [script, home, operation, ROOT, String(step)],
    { encoding: 'utf8' }
  )
  if (signal === 'SIGKILL') return { killed: true, steps: step, text: '' }
  if (status !== 0) throw new Error(`the child failed: ${stderr}`)
  const { steps } = JSON.parse(stdout) as { readonly steps: number }
  return { killed: false, steps, text: stdout }
}

const nameLine = (id: string, name: string): string =>
  JSON.stringify({ id, thread_name: name, updated_at: '2026-11-21T07:31:56.07964961Z' })

/** A home with names, of the threads that are moved and of another one. */
const freshHome = (): string => {
  const home = copyHome(HOME)
  const lines = [
    nameLine(ROOT, 'first'),
    nameLine('01a1fd09-0000-7000-8000-000000000000', 'of another'),
    nameLine(CHILD, 'of a child'),
    'not a line',
    nameLine(ROOT, 'second')
  ]
  appendFileSync(join(home, 'session_index.jsonl'), `${lines.join('\n')}\n`)
  const questions = join(home, '.unroll', 'questions')
  mkdirSync(questions, { recursive: true, mode: 0o700 })
  for (const name of [`${ROOT}.1`, ROOT, CHILD, '01a1fd09-0000-7000-8000-000000000000'])
    writeFileSync(join(questions, `${name}.jsonl`), `{"record":"of ${name}"}\n`)
  return home
}

/** Every file of a home, with those that go with its threads. */
const filesOf = (home: string): Readonly<Record<string, string>> => {
  const folder = join(home, '.unroll', 'questions')
  const names = readdirSync(folder).toSorted()
  return {
    ...homeFiles(home),
    ...Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  }
}

/** A home as a case begins with it, and how it is after the case; made once. */
interface Prepared {
  readonly home: string
  readonly before: Readonly<Record<string, string>>
  readonly after: Readonly<Record<string, string>>
  readonly steps: number
}

const prepare = (script: string, { operation, first }: (typeof CASES)[number]): Prepared => {
  const home = freshHome()
  for (const earlier of first) runChild(script, home, earlier, 0)
  const twin = temporaryFolder()
  cpSync(home, twin, { recursive: true, preserveTimestamps: true })
  const { steps } = runChild(script, twin, operation, 0)
  const prepared = { home, before: filesOf(home), after: filesOf(twin), steps }
  removeFolder(twin)
  return prepared
}

/** Records of the log whose second half is missing. */
const unfinished = (home: string): ReadonlyArray<string> => {
  const path = join(home, '.unroll/operations.jsonl')
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  const records = lines.map((line) => JSON.parse(line) as { record: string; id: string })
  const ended = new Set(records.filter(({ record }) => record === 'ended').map(({ id }) => id))
  return records.filter(({ record, id }) => record === 'began' && !ended.has(id)).map((r) => r.id)
}

/** The problems a trial found: none when all is well. */
export interface Trial {
  readonly seed: number
  readonly operation: string
  readonly step: number
  readonly problems: ReadonlyArray<string>
  /** Which of the two states the home was in afterwards. */
  readonly state: 'before' | 'after' | 'between'
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const judge = (home: string, prepared: Prepared, isPermanent: boolean) => {
  const now = filesOf(home)
  const state = same(now, prepared.before)
    ? ('before' as const)
    : same(now, prepared.after)
      ? ('after' as const)
      : ('between' as const)
  const problems: Array<string> = []
  if (state === 'between') problems.push(`the home is between: ${Object.keys(now).join(', ')}`)
  const isLost = !same(rollouts(home), rollouts(prepared.home))
  if (isLost && !(isPermanent && state === 'after')) problems.push('rollouts are lost')
  const left = unfinished(home)
  if (left.length > 0) problems.push(`the log is unfinished: ${left.join(', ')}`)
  const litter = readdirSync(join(home, '.unroll'), { recursive: true }).filter((name) =>
    /\.lock|\.tmp|\.purge/.test(String(name))
  )
  if (litter.length > 0) problems.push(`litter: ${litter.join(', ')}`)
  return { state, problems }
}

/** Runs trials one after the other; `seed` makes them the same again. */
export const crashTrials = (script: string) => {
  const prepared = new Map<number, Prepared>()
  const trial = async (seed: number): Promise<Trial> => {
    const next = random(seed)
    const which = seed % CASES.length
    const chosen = CASES[which] as (typeof CASES)[number]
    const start = prepared.get(which) ?? prepare(script, chosen)
    prepared.set(which, start)
    const home = temporaryFolder()
    cpSync(start.home, home, { recursive: true, preserveTimestamps: true })
    const step = 1 + Math.floor(next() * start.steps)
    const { killed } = runChild(script, home, chosen.operation, step)
    if (next() < 0.3) runChild(script, home, 'recover', 1 + Math.floor(next() * start.steps))
    await withEngine({ home }, async (engine) => engine.archive(NOBODY)())
    const { state, problems } = judge(home, start, chosen.operation === 'permanent')
    removeFolder(home)
    const all = killed ? problems : [...problems, 'was not killed']
    return { seed, operation: chosen.operation, step, problems: all, state }
  }
  return { trial, close: () => prepared.forEach(({ home }) => removeFolder(home)) }
}
