/**
 * unroll start: a first look, on the reader's own home when there is one, else on the sample.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { addressOf } from '../../eventstore/connection/address.ts'
import { textOf, type Input } from '../args.ts'
import { SAMPLE_HOME, type Io } from '../io.ts'
import { reportError } from '../text/report.ts'
import {
  placeOf,
  storeOf,
  withEngine,
  withIndex,
  type Place,
  type PlainCommand
} from '../session.ts'
import { printThread } from './show.ts'
import { painter, typed, type Paint } from '../text/style.ts'
import { oneLine } from '../text/text.ts'
import { shortIds, threadTable } from './threads.ts'

const THREADS = 10
const TURNS = 3
const ITEMS = 12
const LINES = 8

interface Chosen {
  readonly place: Place
  /** What the threads are read from. */
  readonly source: string
  readonly why: string
  readonly sample: boolean
}

const chosenStore = async (input: Input, io: Io, store: string): Promise<Chosen> => ({
  place: await placeOf(input, io),
  source: E.getOrElse(() => ({ name: '' }))(addressOf(store)).name,
  why: textOf(input, 'store') === undefined ? '$UNROLL_STORE' : 'given with --store',
  sample: false
})

const chosenHome = (input: Input, io: Io): Chosen => {
  const given = textOf(input, 'home')
  const named = io.env['CODEX_HOME'] ?? ''
  const personal = join(homedir(), '.codex')
  const place = (home: string): Pick<Chosen, 'place' | 'source'> => {
    const chosen = withIndex(input, io, resolve(io.cwd, home))
    return { place: chosen, source: chosen.home }
  }
  if (given !== undefined) {
    return { ...place(given), why: 'given with --home', sample: false }
  }
  if (named !== '') return { ...place(named), why: '$CODEX_HOME', sample: false }
  if (statSync(join(personal, 'sessions'), { throwIfNoEntry: false })?.isDirectory() === true) {
    return { ...place(personal), why: 'your Codex home', sample: false }
  }
  const { place: sample, source } = place(SAMPLE_HOME)
  return {
    place: { index: 'memory', ...sample },
    source,
    why: 'the sample that comes with unroll: $CODEX_HOME is not set and ~/.codex has no sessions',
    sample: true
  }
}

/** The sample is no default of the other commands, so they have to be told. */
const withHome = (input: Input, io: Io, { sample }: Chosen): Input => {
  if (!sample) return input
  const from = relative(io.cwd, SAMPLE_HOME)
  const home = from.startsWith('..') ? SAMPLE_HOME : from
  return { ...input, values: new Map([...input.values, ['home', [home]]]) }
}

const nextSteps = (input: Input, io: Io, id: string, paint: Paint): string => {
  const steps = [
    [typed(input, io, ['show', id, '--all']), 'the whole thread'],
    [typed(input, io, ['turns', id]), 'its turns, page by page'],
    [typed(input, io, ['events', id, '--to', '9']), 'the first ten lines of its rollout'],
    [typed(input, io, ['threads', '--all']), 'threads of sub-agents and programs too'],
    [`${io.program} help`, 'everything else']
  ] as const
  const width = Math.max(...steps.map(([command]) => command.length))
  const rows = steps.map(([command, what]) => `  ${command.padEnd(width)}  ${paint('dim', what)}`)
  return `\nnext:\n${rows.join('\n')}\n`
}

/** Shows a home at a glance; see the command table. */
export const startCommand: PlainCommand = async (input, outside, open) => {
  const store = storeOf(input, outside)
  const chosen =
    store === undefined ? chosenHome(input, outside) : await chosenStore(input, outside, store)
  const { place, source, why, sample } = chosen
  const next = withHome(input, outside, chosen)
  const paint = painter(input, outside)
  return withEngine(input, outside, open, place, async (engine, io) => {
    const page = await engine.listThreads({
      limit: THREADS,
      sortKey: 'last_event_at',
      modelProviders: []
    })()
    if (E.isLeft(page)) return reportError(page.left, false, io)
    const { data } = page.right
    await io.out(`${paint('bold', oneLine(source))}  (${why})\n\n`)
    const [newest] = data
    if (newest === undefined) {
      await io.out('no threads here yet; see "help threads" for those of sub-agents and programs\n')
      return 0
    }
    // The sample's file times are those of its installation, which would mislead.
    const time = sample ? 'createdAt' : 'updatedAt'
    await io.out(`${threadTable(data, time, io.columns, paint)}\n`)
    const most = { width: io.columns, items: ITEMS, lines: LINES }
    const printed = await printThread(engine, newest, TURNS, { input: next, io, paint, most })
    if (E.isLeft(printed)) return reportError(printed.left, false, io)
    const [id = ''] = shortIds(data.map((thread) => thread.id))
    await io.out(nextSteps(next, io, id, paint))
    return 0
  })
}
