/**
 * unroll start: a first look at the reader's own home when there is one, else at the sample.
 */
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import { isFolder } from '../../home/places.ts'
import { addressOf } from '../../log/eventstore/connection/connection-string.ts'
import { nextCommand, textOf, type Input } from '../args.ts'
import { SAMPLE_HOME, type Io } from '../io.ts'
import { shortIds } from '../naming/threads.ts'
import { withEngine, withIndex, type HomeCommand, type CommandPlace } from '../session.ts'
import { clockOf } from '../text/clock.ts'
import { table } from '../text/table.ts'
import { linker } from '../text/link.ts'
import { painter, type Paint } from '../text/style.ts'
import { oneLine, widthOf, wrap } from '../text/text.ts'
import { usualView } from '../text/turn-text.ts'
import { printThread } from './show/thread.ts'
import { threadColumns } from './threads/threads.ts'

const THREADS = 10
const TURNS = 3
const ITEMS = 12
const LINES = 8
const OUTPUT = 4

interface ChosenHome {
  readonly place: CommandPlace
  /** What the threads are read from. */
  readonly source: string
  readonly why: string
  readonly sample: boolean
}

const chosenHome = (input: Input, io: Io, place: CommandPlace): ChosenHome => {
  const real = (why: string, source = place.home) => ({ place, source, why, sample: false })
  if (place.store !== undefined) {
    const { name } = E.getOrElse(() => ({ name: '' }))(addressOf(place.store))
    return real(textOf(input, 'store') === undefined ? '$UNROLL_STORE' : 'given with --store', name)
  }
  if (textOf(input, 'home') !== undefined) return real('given with --home')
  if ((io.env['CODEX_HOME'] ?? '') !== '') return real('$CODEX_HOME')
  if (isFolder(join(place.home, 'sessions'))) return real('your Codex home')
  return {
    place: { index: 'memory', ...withIndex(input, io, SAMPLE_HOME) },
    source: SAMPLE_HOME,
    why: 'the sample that comes with unroll: $CODEX_HOME is not set and ~/.codex has no sessions',
    sample: true
  }
}

/** The next commands need the home of the sample, which is nobody's default. */
const withHome = (input: Input, { sample }: ChosenHome): Input => {
  if (!sample) return input
  return { ...input, values: new Map([...input.values, ['home', [SAMPLE_HOME]]]) }
}

const nextSteps = (input: Input, io: Io, id: string, paint: Paint): string => {
  const steps = [
    [nextCommand(input, io, ['show', id, '--all']), 'the whole thread'],
    [nextCommand(input, io, ['turns', id]), 'its turns, page by page'],
    [nextCommand(input, io, ['events', id, '--to', '9']), 'the first ten lines of its rollout'],
    [nextCommand(input, io, ['threads', '--all']), 'threads of sub-agents and programs too'],
    [`${io.program} help`, 'everything else']
  ] as const
  const width = Math.max(...steps.map(([command]) => command.length))
  const fits = steps.every(([, what]) => width + 4 + what.length <= io.columns)
  // A command is copied in one piece.
  const rows = steps.map(([command, what]) =>
    fits
      ? `  ${command.padEnd(width)}  ${paint('dim', what)}`
      : `  ${paint('dim', `# ${what}`)}\n  ${command}`
  )
  return `\nnext:\n${rows.join('\n')}\n`
}

export const startCommand: HomeCommand = async (input, outside, named, open) => {
  const chosen = chosenHome(input, outside, named)
  const { place, source, why } = chosen
  const next = withHome(input, chosen)
  const paint = painter(input, outside)
  const clock = clockOf(input, outside)
  const link = linker(input, outside)
  return withEngine(input, outside, open, place, async (engine, io) => {
    const page = await engine.datedThreads({
      limit: THREADS,
      sortKey: 'last_event_at',
      modelProviders: []
    })()
    if (E.isLeft(page)) return page
    const { data } = page.right
    const name = oneLine(source)
    const fits = widthOf(name) + why.length + 4 <= io.columns
    const reason = wrap(`(${why})`, 0, io.columns)
    await io.out(`${paint('bold', name)}${fits ? '  ' : '\n'}${reason}\n\n`)
    const newest = data[0]?.thread
    if (newest === undefined) {
      await io.out('no threads here yet; threads --all lists those of sub-agents and exec runs\n')
      return 0
    }
    await io.out(
      `${table(threadColumns('last_event_at'), data, io.columns, paint, clock, { link })}\n`
    )
    const view = {
      ...usualView(io.columns, paint('bold', '') !== '', clock),
      cwd: newest.cwd,
      itemsMax: ITEMS,
      messageMax: LINES,
      outputMax: OUTPUT,
      diffMax: OUTPUT
    }
    const paged = { ...io, isLeft: () => io.stop.aborted }
    const printed = await printThread(engine, newest, TURNS, {
      input: next,
      io: paged,
      paint,
      view
    })
    if (E.isLeft(printed)) return printed
    const [id = ''] = shortIds(data.map(({ thread }) => thread.id))
    await io.out(nextSteps(next, io, id, paint))
    return 0
  })
}
