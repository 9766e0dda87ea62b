/**
 * Writing what is new of a thread: facts, and the lines of one file after the other.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { planner } from '../stream/encode.ts'
import type { Call, Planner } from '../stream/plan.ts'
import type { NewFact, StreamDirectory } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'
import { cutLines } from './lines.ts'
import type { SeenFile, ThreadPlan } from './plan.ts'
import { sendCalls, type Limits } from './send.ts'
import { DIGESTS } from '../threads/digests.ts'
import { type OpenFile } from './standing.ts'

/** What a stream is written with. */
export interface Writing {
  readonly wire: Wire
  readonly stream: string
  readonly homeId: string
  readonly limits: Limits
  readonly dryRun: boolean
  /** True while files are being written: an unfinished line waits for its rest. */
  readonly isHot: boolean
  readonly signal: AbortSignal
  /** Bytes of rollouts that arrived. */
  readonly onBytes: (bytes: number) => void
}

/** A file that was looked at, and is open. */
export interface Seen {
  readonly file: SeenFile
  readonly open: OpenFile
}

type Step = E.Either<StoreError, 'written' | 'again' | 'stopped'>

const plannerOf = (writing: Writing, directory: StreamDirectory, atMs?: number): Planner => {
  const { homeId: home, limits } = writing
  const writer = { source: 'push', home, nonce: '' } as const
  return planner({
    stream: writing.stream,
    directory,
    callBytesMax: limits.callBytesMax,
    ...DIGESTS,
    writer: atMs === undefined ? writer : { ...writer, atMs },
    together: false
  })
}

const send = async (
  { wire, stream, limits, signal, dryRun }: Writing,
  calls: E.Either<StoreError, ReadonlyArray<Call>>
): Promise<Step> => {
  if (E.isLeft(calls)) return calls
  if (dryRun) return E.right('written')
  return sendCalls(wire, stream, calls.right, limits, signal)
}

const isWritten = (step: Step): boolean => E.isRight(step) && step.right === 'written'

/** What stands behind the place up to which the store has a file; `hadTail`: the store has an unfinished line there. */
const sendFile = async (
  writing: Writing,
  plan: Planner,
  { seen: { file, open }, from, hadTail }: Grown
): Promise<Step> => {
  const cutting = cutLines(open.source, from)
  let isTailGone = !hadTail
  for (;;) {
    const cut = cutting.next()
    if (cut.done === true) {
      const waits = writing.isHot || (cut.value.length === 0 && isTailGone)
      if (waits) return E.right('written')
      return send(writing, plan.tail(file.segment, cut.value))
    }
    isTailGone = true
    const bytes = cut.value.reduce((sum, line) => sum + line.length + 1, 0)
    const sent = await send(writing, plan.lines(file.segment, cut.value))
    if (!isWritten(sent)) return sent
    writing.onBytes(bytes)
  }
}

/** A file that goes on, while it is open. */
interface Grown {
  readonly seen: Seen
  readonly from: number
  readonly hadTail: boolean
}

/** What one planner plans: facts, what is new in one file, and facts behind it. */
export interface Part {
  readonly before: ReadonlyArray<NewFact>
  readonly grown: Grown | null
  readonly behind: ReadonlyArray<NewFact>
}

/** What there is to write, file by file. */
export const partsOf = (
  { placed, grown, names }: ThreadPlan,
  imports: ReadonlyArray<JsonObject>,
  opened: ReadonlyMap<string, Seen>,
  directory: StreamDirectory
): ReadonlyArray<Part> => {
  const tails = new Set(
    directory.segments.flatMap(({ segment, tail }) => (tail === null ? [] : [segment]))
  )
  const before: ReadonlyArray<NewFact> = [
    ...(placed === null ? [] : [{ type: 'unroll-placed', data: placed } as const]),
    ...imports.map((data) => ({ type: 'unroll-imported', data }) as const)
  ]
  const behind = names.map((data) => ({ type: 'unroll-named', data }) as const)
  const files = grown.flatMap(({ file, from }) => {
    const seen = opened.get(file.segment)
    return seen === undefined ? [] : [{ seen, from, hadTail: tails.has(file.segment) }]
  })
  if (files.length === 0)
    return before.length + behind.length === 0 ? [] : [{ before, grown: null, behind }]
  return files.map((one, i) => ({
    before: i === 0 ? before : [],
    grown: one,
    behind: i === files.length - 1 ? behind : []
  }))
}

/** The directory behind what was written, or why not all of it was. */
export type Sent = E.Either<StoreError, StreamDirectory | 'again' | 'stopped'>

const sendPart = async (
  writing: Writing,
  directory: StreamDirectory,
  { before, grown, behind }: Part
): Promise<Sent> => {
  const plan = plannerOf(writing, directory, grown?.seen.file.modifiedAtMs)
  for (const fact of before) plan.fact(fact)
  const sent = grown === null ? null : await sendFile(writing, plan, grown)
  if (sent !== null && (E.isLeft(sent) || sent.right !== 'written'))
    return sent as E.Either<StoreError, 'again' | 'stopped'>
  for (const fact of behind) plan.fact(fact)
  const rest = plan.end()
  if (E.isLeft(rest)) return rest
  const last = await send(writing, E.right(rest.right.calls))
  if (E.isLeft(last)) return last
  return E.right(last.right === 'written' ? rest.right.directory : last.right)
}

/** Writes all parts, each from where the one before it ended. */
export const sendParts = async (
  writing: Writing,
  start: StreamDirectory,
  parts: ReadonlyArray<Part>
): Promise<Sent> => {
  let directory = start
  for (const part of parts) {
    const sent = await sendPart(writing, directory, part)
    if (E.isLeft(sent) || typeof sent.right === 'string') return sent
    directory = sent.right
  }
  return E.right(directory)
}
