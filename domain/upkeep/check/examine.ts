/**
 * The examiner of a file: a fold over its lines that tells what is wrong with them.
 *
 * It does no I/O and reads no clock; its state is changed in place, and is bounded: open calls, ids of turns and findings are
 * kept up to a number (`calls.ts`, `turns.ts`, `file-facts.ts`).
 */
import type { RolloutLine } from '../../log/event.ts'
import { isHalfOf, type Half, type LineProblem } from './damage.ts'
import {
  callTurnOf,
  endTurns,
  foldTurns,
  hasNoTurns,
  startTurns,
  type Turns
} from './file/turns.ts'
import { endCalls, foldCalls, startCalls, type CallsState } from './file/calls.ts'
import {
  allFound,
  startFound,
  addFinding,
  type LineLocation,
  type ExaminedLine,
  type FileFacts,
  type FileFindings
} from './file/file-facts.ts'
import { unknownKind } from './file/known-kinds.ts'
import { foldMetas, startMetas, type Identity, type Metas } from './file/metas.ts'
import { endNumbers, foldNumbers, skipNumber, startNumbers, type Numbers } from './file/numbers.ts'
import type { Finding } from './finding.ts'

interface CountedLines {
  readonly at: LineLocation
  lines: number
}

interface TornLine {
  readonly at: LineLocation
  readonly half: Half
}

interface Examination {
  readonly found: FileFindings
  /** Lines so far, blank ones left out. */
  revision: number
  readonly metas: Metas
  readonly turns: Turns
  readonly calls: CallsState
  readonly numbers: Numbers
  /** A line that may be the half of the next one. */
  torn: TornLine | null
  returns: CountedLines | null
  /** Lines without an envelope. */
  bare: CountedLines | null
  unknown: (CountedLines & { readonly kinds: Map<string, number> }) | null
  unfinished: LineLocation | null
  damagedLines: number
  /** True when the rest of the file cannot be decompressed. */
  isCut: boolean
}

export interface FileReport {
  /** In the order of the file. */
  readonly findings: ReadonlyArray<Finding>
  readonly identity: Identity | null
  readonly lines: number
  /** True when the rest of the file cannot be decompressed. */
  readonly isCut: boolean
}

export const startExamination = (facts: FileFacts): Examination => ({
  found: startFound(facts),
  revision: 0,
  metas: startMetas(),
  turns: startTurns(),
  calls: startCalls(),
  numbers: startNumbers(),
  torn: null,
  returns: null,
  bare: null,
  unknown: null,
  unfinished: null,
  damagedLines: 0,
  isCut: false
})

export const MARK_BYTES = 3

export const examineMark = ({ found }: Examination): void =>
  addFinding(found, 'byte_order_mark', { revision: 0, offsetBytes: 0, bytes: MARK_BYTES }, {})

/** The rest of the file cannot be decompressed. */
export const examineCut = (state: Examination, at: number, reason: string): void => {
  const { found, revision } = state
  state.isCut = true
  addFinding(found, 'compressed_damaged', { revision, offsetBytes: at, bytes: 0 }, { reason })
}

const isProblem = (read: RolloutLine | LineProblem): read is LineProblem => !('timestamp' in read)

/** Decides about a torn line once the next line is known: its whole copy, or something else. */
const settleTorn = (state: Examination, line: ExaminedLine | null): void => {
  const { torn } = state
  if (torn === null) return
  state.torn = null
  const whole = line === null ? null : { head: line.head, bytes: line.bytes }
  if (whole === null || !isHalfOf(torn.half, whole))
    return addFinding(state.found, 'torn_line', torn.at, {})
  addFinding(
    state.found,
    'half_then_whole',
    torn.at,
    { halfBytes: torn.at.bytes, wholeOnSameLine: false },
    { severity: 'warning', affected: 'Nothing: the next line is the same event, whole.' }
  )
}

const takeProblem = (
  state: Examination,
  at: LineLocation,
  { kind, facts, half }: LineProblem
): void => {
  skipNumber(state.numbers)
  state.damagedLines += 1
  if (kind === 'torn_line' && half !== undefined) state.torn = { at, half }
  else if (kind === 'torn_tail' && state.found.facts.isHeld)
    addFinding(state.found, kind, at, { ...facts, writing: true }, { severity: 'note' })
  else addFinding(state.found, kind, at, facts)
}

const takeUnknown = (state: Examination, at: LineLocation, line: RolloutLine): void => {
  if (line.bare === true) {
    state.bare ??= { at, lines: 0 }
    state.bare.lines += 1
    return
  }
  if (line.type !== 'ignored') return
  const kind = unknownKind(line.kind, line.payload['type'])
  if (kind === null) return
  state.unknown ??= { at, lines: 0, kinds: new Map() }
  state.unknown.lines += 1
  const { kinds } = state.unknown
  if (kinds.has(kind) || kinds.size < KINDS_MAX) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
}

/** At most this many unknown kinds are named. */
const KINDS_MAX = 20

const takeEvent = (state: Examination, at: LineLocation, line: RolloutLine): void => {
  const { found, metas, turns, calls, numbers } = state
  const { revision, offsetBytes, bytes } = at
  // Member by member: V8 makes a spread several times slower, and this is every line.
  const event = { revision, offsetBytes, bytes, line }
  const wasFirst = metas.first === null
  foldMetas(metas, event, found)
  const { first } = metas
  if (wasFirst && first !== null) {
    const isAtStart = first.at.revision === 0
    numbers.expected = isAtStart ? (first.base?.end_ordinal_exclusive ?? 0) : null
    if (first.base !== null) turns.before = true
  }
  if (first?.isPaginated === true) foldNumbers(numbers, event, found)
  foldTurns(turns, event, found)
  const mayContinue = first?.base != null && hasNoTurns(turns)
  foldCalls(calls, event, callTurnOf(turns), mayContinue, found)
  takeUnknown(state, at, line)
}

/** Takes the next line that is not blank. */
export const examineLine = (state: Examination, line: ExaminedLine): void => {
  settleTorn(state, line)
  const { offsetBytes, bytes } = line
  const at = { revision: state.revision, offsetBytes, bytes }
  state.revision += 1
  if (line.endsInReturn && line.terminated) {
    state.returns ??= { at, lines: 0 }
    state.returns.lines += 1
  }
  const { read } = line
  if (isProblem(read)) takeProblem(state, at, read)
  else takeEvent(state, at, read)
  const isWhole = !isProblem(read) || WHOLE.has(read.kind)
  state.unfinished = !line.terminated && isWhole ? at : null
}

/** Kinds of lines that are whole as JSON. */
const WHOLE: ReadonlySet<string> = new Set(['not_an_event', 'missing_timestamp', 'invalid_payload'])

const tellCounted = (state: Examination): void => {
  const { found, returns, bare, unknown, unfinished } = state
  if (bare !== null) addFinding(found, 'before_envelope', bare.at, { lines: bare.lines })
  if (returns !== null) addFinding(found, 'crlf', returns.at, { lines: returns.lines })
  if (unknown !== null) {
    const { at, lines, kinds } = unknown
    addFinding(found, 'unknown_line', at, { lines, kinds: Object.fromEntries(kinds) })
  }
  if (unfinished !== null && !found.facts.isHeld)
    addFinding(found, 'no_final_newline', unfinished, {})
}

const tellIdentity = (state: Examination): void => {
  const { found, metas, revision } = state
  if (state.isCut && metas.first === null) return
  if (revision === 0) addFinding(found, 'empty_file', null, {})
  else if (metas.first === null) {
    addFinding(found, 'no_session_meta', null, {
      lines: revision,
      damagedLines: state.damagedLines
    })
    if (found.facts.isSegment) addFinding(found, 'base_unknown', null, {})
  } else if (found.facts.isSegment && metas.first.at.revision > 0)
    addFinding(found, 'base_unknown', null, {})
}

export const endExamination = (state: Examination): FileReport => {
  const { found } = state
  settleTorn(state, null)
  endNumbers(state.numbers, found)
  endCalls(state.calls, found)
  endTurns(state.turns, found)
  tellCounted(state)
  tellIdentity(state)
  const { metas, revision, isCut } = state
  return { findings: allFound(found), identity: metas.first, lines: revision, isCut }
}
