/**
 * Exports a thread as a stream of texts: its facts, its turns page by page, and the threads that were asked for with it.
 *
 * Memory: a page of turns, one item, and the last pieces of text, whatever the size of the thread. The same home and options give the
 * same bytes.
 */
import { createHash } from 'node:crypto'
import { FORMAT_FACTS, formatNamed } from '../../domain/export/formats.ts'
import type {
  ExportDetail,
  ExportFormat,
  ExportFormatName,
  ImageMode,
  ThreadSection
} from '../../domain/export/shape.ts'
import type { ThreadItem } from '../../domain/protocol.ts'
import type { Engine } from '../../replay/engine.ts'
import { inPieces } from './gate.ts'
import { openHiding, type HiddenPlace, type Hiding, type Redaction } from './hiding.ts'
import { openParts, type ExportPiece, type ExportSplit, type CutParts } from './parts.ts'
import { rolledBackTurns, type OpenAt } from './rolled-back.ts'
import { plannedThreads, sectionOf, type Included } from './sections.ts'
import { got, turnsOf, type ReadTurn } from './turns.ts'

export { SecretLeft } from './gate.ts'
export { ExportFailed } from './turns.ts'
export type { HiddenPlace, Redaction } from './hiding.ts'
export type { ExportPiece, ExportSplit } from './parts.ts'
export { INCLUDABLE, type Included } from './sections.ts'

/** What is exported of a thread, and how. */
export interface ExportOptions {
  readonly to: ExportFormatName
  /** Default: `normal`. JSON has everything, unless it is `chat`. */
  readonly detail?: ExportDetail
  /** Threads that came of it and are exported too; default: none, they are named. */
  readonly included?: ReadonlyArray<Included>
  /** Places of turns from 0, the second left out; default: all. Of the thread itself: others are exported whole. */
  readonly turns?: { readonly from: number; readonly until: number }
  /** Only turns that began in this time. */
  readonly sinceMs?: number
  readonly untilMs?: number
  /** Exports turns that were rolled back too, marked; opens the home as it was then. */
  readonly openAt?: OpenAt
  /** Pictures that are in the thread; default: `embed` in HTML, else `omit`. JSON always has them. A function is for Markdown: it gets each
   * as a `data:` address, and answers the address of its file. */
  readonly images?: ImageMode
  /** Characters of one output in Markdown and HTML; default 20,000. */
  readonly outputMax?: number
  /** Null: secrets stay. Default: they are hidden in Markdown and HTML, and stay in JSON. */
  readonly redaction?: Redaction | null
  /** The time that is written into it; default: none, so that the same thread gives the same bytes. */
  readonly exportedAt?: string
  /** What made it; default `unroll`. */
  readonly generator?: string
  /** Told how many turns of how many were exported. */
  readonly onProgress?: (done: number, total: number) => void
}

/** What an export held. */
export interface ExportSummary {
  readonly threads: number
  readonly turns: number
  readonly items: number
  /** Different secrets that were hidden, by kind; null where nothing was looked for. */
  readonly hidden: Readonly<Record<string, number>> | null
  /** Pictures and sounds that nothing was looked for in. */
  readonly pictures: number
  readonly places: ReadonlyArray<HiddenPlace>
}

const OUTPUT_MAX = 20_000
const SAID: ReadonlySet<string> = new Set<ThreadItem['type']>([
  'userMessage',
  'agentMessage',
  'plan',
  'exitedReviewMode'
])

interface Exporting {
  readonly engine: Engine
  readonly options: ExportOptions
  readonly hiding: Hiding
  readonly format: ExportFormat
  readonly parts: CutParts
  readonly counts: { threads: number; turns: number; items: number }
}

const isInTime = (
  { turn: { startedAt, completedAt } }: ReadTurn,
  { sinceMs = -Infinity, untilMs = Infinity }: ExportOptions,
  lastMs: number
): boolean => {
  const seconds = startedAt ?? completedAt
  const ms = seconds === null ? lastMs : seconds * 1000
  return sinceMs <= ms && ms < untilMs
}

/** A turn begins a part where less than this is left of the one before. */
const TURN_ROOM = 4096

async function* turnTexts(
  { format, parts, hiding, counts, options }: Exporting,
  threadId: string,
  { place, turn, items, placeOf }: ReadTurn
): AsyncGenerator<ExportPiece> {
  const at = { threadId, turnId: turn.id }
  const number = place === null ? null : place + 1
  const head = { number, turn: await hiding.hide(turn, at) }
  yield* parts.room(TURN_ROOM)
  yield parts.piece(format.turn(head))
  for await (const some of items) {
    const wanted = options.detail === 'chat' ? some.filter(({ type }) => SAID.has(type)) : some
    for (const [n, item] of (await hiding.hide(wanted, at)).entries()) {
      counts.items += 1
      const text = format.item(item, placeOf(wanted[n]?.id ?? item.id))
      yield* parts.room(Buffer.byteLength(text))
      yield parts.piece(text)
    }
  }
  yield parts.piece(format.turnEnd())
  counts.turns += 1
}

async function* threadTexts(
  exporting: Exporting,
  section: ThreadSection,
  isMain: boolean,
  hidden: ThreadSection
): AsyncGenerator<ExportPiece> {
  const { engine, format, parts, options, counts } = exporting
  const { id } = section.thread
  if (!isMain) yield* parts.room(TURN_ROOM)
  yield parts.piece(format.thread(hidden))
  counts.threads += 1
  const gone =
    options.openAt === undefined
      ? []
      : await got(() => rolledBackTurns(engine, id, options.openAt as OpenAt))
  const bounds = (isMain ? options.turns : undefined) ?? { from: 0, until: Infinity }
  const total = Math.max(0, Math.min(bounds.until, section.turnCount) - bounds.from)
  let lastMs = section.thread.createdAt * 1000
  let done = 0
  for await (const turn of turnsOf(
    engine,
    id,
    bounds,
    gone,
    !FORMAT_FACTS[options.to].isForPeople
  )) {
    done += turn.place === null ? 0 : 1
    if (isInTime(turn, options, lastMs)) yield* turnTexts(exporting, id, turn)
    lastMs = (turn.turn.startedAt ?? lastMs / 1000) * 1000
    options.onProgress?.(done, total)
  }
  yield parts.piece(format.threadEnd())
}

async function* textsOf(exporting: Exporting, threadId: string): AsyncGenerator<ExportPiece> {
  const { engine, options, hiding, format, parts, counts } = exporting
  const digest = createHash('sha256')
  const graph = await got(engine.graph(threadId))
  const [main, ...others] = plannedThreads(threadId, graph, options.included ?? [])
  if (main === undefined) return
  const { exportedAt = null, generator = 'unroll' } = options
  for (const planned of [main, ...others]) {
    const section = await sectionOf(engine, planned, graph)
    const place = { threadId: planned.threadId, turnId: null }
    const hidden = await hiding.hide(section, place)
    if (planned === main) {
      const head = format.head({ exportedAt, generator, redaction: hiding.rules }, hidden)
      digest.update(head)
      yield parts.piece(head)
    }
    for await (const piece of threadTexts(exporting, section, planned === main, hidden)) {
      digest.update(piece.text)
      yield piece
    }
  }
  yield parts.piece(format.end({ ...counts, hidden: hiding.kinds(), sha256: digest.digest('hex') }))
}

/** Exports a thread, in parts where that is asked for and the format (HTML) knows how; everything else is as `exportThread` does it. */
export async function* exportParts(
  engine: Engine,
  threadId: string,
  options: ExportOptions,
  split: ExportSplit | null
): AsyncGenerator<ExportPiece, ExportSummary> {
  const { to, detail = 'normal', outputMax = OUTPUT_MAX } = options
  const { isForPeople } = FORMAT_FACTS[to]
  const images = options.images ?? (to === 'html' ? 'embed' : 'omit')
  const hiding = await openHiding(
    options.redaction ?? (options.redaction === undefined && isForPeople ? {} : null)
  )
  const format = await formatNamed(to, { detail, outputMax, images })
  const counts = { threads: 0, turns: 0, items: 0 }
  const parts = openParts(format, split)
  const texts = textsOf({ engine, options, hiding, format, parts, counts }, threadId)
  for await (const piece of hiding.gate(inPieces(texts))) yield piece
  return {
    ...counts,
    hidden: hiding.rules === null ? null : hiding.kinds(),
    pictures: hiding.pictures(),
    places: hiding.places()
  }
}

/**
 * Exports a thread. Texts come when they are ready and can be written one behind the other; what the generator returns says what was in
 * them. Throws `ExportFailed`, or `SecretLeft` before any text that holds a secret where they are hidden.
 */
export async function* exportThread(
  engine: Engine,
  threadId: string,
  options: ExportOptions
): AsyncGenerator<string, ExportSummary> {
  const pieces = exportParts(engine, threadId, options, null)
  try {
    for (;;) {
      const next = await pieces.next()
      if (next.done === true) return next.value
      yield next.value.text
    }
  } finally {
    await pieces.return(undefined as never)
  }
}
