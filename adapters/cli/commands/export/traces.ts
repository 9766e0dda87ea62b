/**
 * unroll export --to otlp: threads as traces, into a file or to a collector.
 */
import * as E from 'fp-ts/lib/Either.js'
import { existsSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { resolve } from 'node:path'
import { notPossible, type StoreError } from '../../../../domain/errors.ts'
import { redaction } from '../../../../domain/redact/texts.ts'
import type { Thread } from '../../../../domain/protocol.ts'
import type { Engine } from '../../../../replay/engine.ts'
import type { Flavor } from '../../../traces/flavor.ts'
import { SEMCONVS, type Semconv } from '../../../traces/conventions.ts'
import { got, TraceFailed } from '../../../traces/known.ts'
import { batches, type TraceSpan, type SpanBatch, type SpanResource } from '../../../traces/otlp.ts'
import { sendBatch, traceTarget, type TraceTarget } from '../../../traces/send.ts'
import { threadSpans, type TraceOptions } from '../../../traces/spans.ts'
import { DAY_MS } from '../../../../domain/time/zone.ts'
import { flagOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { homeIdOf } from '../../../index-directory.ts'
import { pathOf, rangeIn } from '../../options.ts'
import { readPrices } from '../usage/cost.ts'
import { openOutput } from '../../output-file.ts'
import { sleep } from '../tail/rounds.ts'
import { followProblem, followTurns } from './follow.ts'
import { placeOf, type CommandEnd, type CommandPlace } from '../../session.ts'
import { ownFailure, tell, usage, type CommandFailure, type Tried } from '../../text/report.ts'
import { isoMs, oneLine, plural } from '../../text/text.ts'

/** Options that are about documents. */
const FOREIGN = [
  'detail',
  'with',
  'turns',
  'include-rolled-back',
  'images',
  'max-output',
  'split',
  'ledger',
  'zstd'
]

interface Tally {
  spans: number
  fromMs: number
  untilMs: number
  /** Older than a day, which many backends drop without a word. */
  old: number
}

async function* counted(spans: AsyncIterable<TraceSpan>, tally: Tally, nowMs: number) {
  for await (const span of spans) {
    tally.spans += 1
    tally.fromMs = Math.min(tally.fromMs, span.startMs)
    tally.untilMs = Math.max(tally.untilMs, span.endMs)
    if (nowMs - span.endMs > DAY_MS) tally.old += 1
    yield span
  }
}

const resourceOf = (
  thread: Thread,
  { homeId, paths }: TraceJob,
  version: string
): SpanResource => ({
  version,
  attributes: {
    'service.name': 'codex',
    'service.version': thread.cliVersion,
    'vcs.repository.url.full': thread.gitInfo?.originUrl,
    'vcs.ref.head.name': thread.gitInfo?.branch,
    'vcs.ref.head.revision': thread.gitInfo?.sha,
    'unroll.home.id': homeId,
    ...(paths
      ? {
          'host.name': hostname(),
          'process.owner': userInfo().username,
          'process.working_directory': thread.cwd,
          'unroll.rollout.path': thread.path
        }
      : {})
  }
})

interface TraceJob {
  readonly ids: ReadonlyArray<string>
  readonly engine: Engine
  readonly options: TraceOptions
  readonly homeId: string
  /** Whether host, user and paths are told. */
  readonly paths: boolean
  readonly tally: Tally
}

/** Every request, thread by thread. */
async function* requests(job: TraceJob, io: Io) {
  const { ids, engine, options, tally } = job
  for (const id of ids) {
    const thread = got(await engine.readThread(id, false)())
    const spans = counted(threadSpans(engine, id, options), tally, io.nowMs())
    yield* batches(spans, resourceOf(thread, job, io.version))
  }
}

const optionsOf = async (input: Input, io: Io): Promise<E.Either<CommandFailure, TraceOptions>> => {
  const foreign = FOREIGN.find((name) => input.values.has(name))
  if (foreign !== undefined)
    return E.left(usage(`--${foreign} has no meaning for traces`, 'leave it out'))
  const range = rangeIn(input, io)
  if (E.isLeft(range)) return range
  const pricesPath = pathOf(input, io, 'prices')
  const prices = pricesPath === undefined ? E.right(null) : await readPrices(pricesPath)
  if (E.isLeft(prices)) return prices
  const { sinceMs = -Infinity, untilMs = Infinity } = range.right
  const semconv = (textOf(input, 'semconv') ?? SEMCONVS[0]) as Semconv
  if (flagOf(input, 'content') && semconv === '1.36.0')
    return E.left(
      usage('conventions 1.36.0 have no attributes for what was said', 'leave --content out')
    )
  return E.right({
    flavor: (textOf(input, 'flavor') ?? 'plain') as Flavor,
    semconv,
    prices: prices.right,
    content: flagOf(input, 'content') ? redaction() : null,
    sinceMs,
    untilMs
  })
}

/** What is done with a request. */
type UseBatch = (batch: SpanBatch) => Promise<E.Either<CommandFailure, void>>

const each = async (
  job: TraceJob,
  io: Io,
  use: UseBatch
): Promise<E.Either<StoreError | CommandFailure, void>> => {
  try {
    for await (const batch of requests(job, io)) {
      if (io.stop.aborted) break
      const done = await use(batch)
      if (E.isLeft(done)) return done
    }
    return E.right(undefined)
  } catch (thrown) {
    if (thrown instanceof TraceFailed) return E.left(thrown.failure)
    throw thrown
  }
}

const lines =
  (to: Io): UseBatch =>
  async ({ message }) => {
    await to.out(`${message}\n`)
    return E.right(undefined)
  }

const writeFile = async (job: TraceJob, input: Input, io: Io): Promise<Tried<void>> => {
  const out = textOf(input, 'out') ?? '-'
  if (out === '-') return each(job, io, lines(io))
  const path = resolve(io.cwd, out)
  const replaces = flagOf(input, 'force')
  if (!replaces && existsSync(path))
    return E.left(
      notPossible(`${path} exists already`, 'name a new file, or add --force to replace it')
    )
  const opened = openOutput(path, replaces, io)
  if (E.isLeft(opened)) return opened
  const { io: inside, close } = opened.right
  let done: Tried<void> | null = null
  try {
    done = await each(job, io, lines(inside))
  } finally {
    if (done === null) close(false)
  }
  const closed = close(E.isRight(done) && !io.stop.aborted)
  return E.isLeft(closed) ? closed : done
}

const sending =
  (target: TraceTarget, { nowMs, stop }: Io): UseBatch =>
  async (batch) => {
    const sent = await sendBatch(batch, target, { sleep, nowMs, stop })
    if (E.isRight(sent)) return sent
    const reason = oneLine(`cannot send traces to ${new URL(target.url).origin}: ${sent.left}`)
    return E.left({
      ...ownFailure('no_match', reason, 'see docs/TRACES.md; sending again changes nothing'),
      exit: 1,
      retryable: true
    })
  }

const tellSent = ({ spans, fromMs, untilMs, old }: Tally, io: Io): void => {
  const range = spans === 0 ? '' : `, ${isoMs(fromMs)} to ${isoMs(untilMs)}`
  tell(`sent ${plural(spans, 'span')}${range}`, io)
  if (old > 0)
    tell(
      `${plural(old, 'span')} ended more than a day ago, which some backends drop or hide; see docs/TRACES.md`,
      io
    )
}

/** The spans of each turn when it ends, until the process is told to stop. */
const follow = async (
  job: TraceJob,
  input: Input,
  io: Io,
  place: CommandPlace,
  use: UseBatch
): Promise<Tried<void>> => {
  const { ids, engine, options } = job
  return followTurns(
    ids,
    options.sinceMs,
    (id, isWanted) =>
      each({ ...job, ids: [id], options: { ...options, sinceMs: -Infinity, isWanted } }, io, use),
    { input, io, place, engine }
  )
}

/** What is wrong with the words, or null. */
const problemOf = (ids: ReadonlyArray<string>, input: Input): CommandFailure | null => {
  if (flagOf(input, 'follow')) return followProblem(input)
  const only = ['checkpoint', 'until-idle'].find((name) => input.values.has(name))
  if (only !== undefined) return usage(`--${only} is for --follow`, 'add --follow')
  return ids.length === 0 ? usage('no thread is named', 'name one or more, such as @1') : null
}

const NO_TARGET =
  'set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, for instance to http://127.0.0.1:4318/v1/traces'

export const exportTraces = async (
  ids: ReadonlyArray<string>,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const options = await optionsOf(input, io)
  if (E.isLeft(options)) return options
  const problem = problemOf(ids, input)
  if (problem !== null) return E.left(problem)
  const place = await placeOf(input, io)
  if (E.isLeft(place)) return place
  const tally: Tally = { spans: 0, fromMs: Infinity, untilMs: -Infinity, old: 0 }
  const job = {
    ...{ ids, engine, options: options.right, tally },
    homeId: homeIdOf(place.right),
    paths: flagOf(input, 'paths')
  }
  const sends = flagOf(input, 'send')
  const target = sends ? traceTarget(io.env) : null
  if (target !== null && E.isLeft(target))
    return E.left(usage(`${target.left}, so nothing is sent`, NO_TARGET))
  const use = target === null ? lines(io) : sending(target.right, io)
  if (flagOf(input, 'follow')) {
    const done = await follow(job, input, io, place.right, use)
    if (E.isRight(done) && sends) tell(`sent ${plural(tally.spans, 'span')}`, io)
    return E.map(() => 0)(done)
  }
  if (!sends) {
    const written = await writeFile(job, input, io)
    if (E.isRight(written) && textOf(input, 'out') !== undefined)
      tell(`wrote ${plural(tally.spans, 'span')}`, io)
    return E.map(() => 0)(written)
  }
  const sent = await each(job, io, use)
  if (E.isLeft(sent)) return sent
  tellSent(tally, io)
  return 0
}
