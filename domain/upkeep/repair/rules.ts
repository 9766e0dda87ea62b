/**
 * What is done about each kind of problem of a file, a rule each. A rule adds to the draft of the file, or says why it cannot.
 *
 * Kinds without a rule have their reason in the catalogue; the plan repeats it.
 */
import type { Finding } from '../check/finding.ts'
import type { ProblemKind } from '../check/kinds.ts'
import type { RolloutLine } from '../../log/event.ts'
import { isJsonObject, parsedJson } from '../../json.ts'
import { answer, editFor, type RepairDraft } from './draft.ts'
import { mendLine } from './line.ts'
import { madeMeta, type MetaEvidence } from './made-meta.ts'
import { refOf, type Edit } from './plan.ts'
import { numberedLine, renumbered, type LineSpan } from './renumber.ts'

/** What a plan asks of a file. */
export interface FileView {
  /** Relative to the home. */
  readonly path: string
  readonly absolute: string
  readonly compressed: boolean
  /** Bytes of what it holds; as far as it can be decompressed. */
  readonly contentBytes: () => number
  /** The line a place is in; null when it is too long, or not there. */
  readonly lineAt: (offset: number) => LineSpan | null
  readonly bytes: (from: number, until: number) => Buffer
  /** Every line that is not blank, in order; its bytes are valid until the next one. */
  readonly lines: () => Iterable<LineSpan & { readonly bytes: Buffer }>
  /** A line as an event; null when it is none. */
  readonly event: (line: Buffer) => RolloutLine | null
  /** Places in this file at which others go on, in order. */
  readonly named: ReadonlyArray<number>
}

export interface RuleHome {
  /** The rollouts of a thread and segment, as their names tell, relative to the home. */
  readonly filesOf: (threadId: string) => ReadonlyArray<string>
  readonly exists: (path: string) => boolean
  /** True when the content of one file is the beginning of that of another, or all of it. */
  readonly isPrefixOf: (path: string, other: string) => boolean
}

/** Null when the finding is answered, else why not. */
type Rule = (draft: RepairDraft, finding: Finding, view: FileView, home: RuleHome) => string | null

const TOO_LONG = 'the line is too long to be looked at as a whole'
const LATER = 'lines of the file are mended first: make a new plan after this one'
const NO_PLACE = 'the finding names no place'
const COUNTED = 'another file continues this one and counts its bytes'

/** The line that a finding is about; null when it has no place, or the line is too long. */
const lineOf = ({ range }: Finding, view: FileView): LineSpan | null =>
  range === null ? null : view.lineAt(range.offsetBytes)

const nameIn = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** True when another file names a place behind an offset. */
const isNamedBehind = ({ named }: FileView, offset: number): boolean =>
  named.some((place) => place > offset)

const insertion = (offsetBytes: number, text: string): Edit => ({
  offsetBytes,
  bytes: 0,
  spaces: 0,
  text
})

/** What is said of a line by how many events were found on it. */
const lineWhy = (revision: number | null, events: number, isTail: boolean): string => {
  const line = revision === null ? 'a line' : `line ${revision}`
  if (events === 0)
    return isTail
      ? `${line}, which was never finished, is cut off`
      : `${line}, which is no event, is blanked`
  return events === 1
    ? `${line} is left with the event that is whole on it`
    : `${line} is split into its ${events} events`
}

const line: Rule = (draft, finding, view) => {
  if (finding.range === null) return NO_PLACE
  if (finding.facts['writing'] === true) return 'a process is still writing it'
  const span = lineOf(finding, view)
  if (span === null) return TOO_LONG
  const { from, until, isTail } = span
  const keepsOffsets = isNamedBehind(view, from)
  const mended = mendLine(view.bytes(from, until), { isTail, keepsOffsets })
  if ('none' in mended) return mended.none
  const edits = mended.edits.map((edit) => ({ ...edit, offsetBytes: edit.offsetBytes + from }))
  draft.reveals ||= mended.events > 0
  return editFor(draft, finding, edits, lineWhy(finding.revision, mended.events, isTail))
}

const finalNewline: Rule = (draft, finding, view) => {
  const span = lineOf(finding, view)
  if (span === null) return TOO_LONG
  if (!span.isTail) return 'the line has its newline already'
  return editFor(draft, finding, [insertion(span.until, '\n')], 'the last line gets its newline')
}

const byteOrderMark: Rule = (draft, finding) =>
  editFor(
    draft,
    finding,
    [{ offsetBytes: 0, bytes: 3, spaces: 3, text: '' }],
    'the byte order mark becomes three spaces'
  )

const OPENING = '{'

/** Time of the event that stands before a place; null when none does. */
const timeBefore = (view: FileView, from: number): string | null => {
  for (let at = from; at > 0;) {
    const span = view.lineAt(at - 1)
    if (span === null) return null
    const event = view.event(view.bytes(span.from, span.until))
    if (event !== null) return event.timestamp
    at = span.from
  }
  return null
}

const timestamp: Rule = (draft, finding, view) => {
  const span = lineOf(finding, view)
  if (span === null) return TOO_LONG
  const text = view.bytes(span.from, span.until).toString('utf8')
  if (/"timestamp":/.test(text.slice(0, text.indexOf('"payload"'))))
    return 'the time of the line is not a string, and the intended time is unknown'
  if (isNamedBehind(view, span.from)) return COUNTED
  const time = timeBefore(view, span.from)
  if (time === null) return 'no event with a time stands before it'
  const at = span.from + Buffer.byteLength(text.slice(0, text.indexOf(OPENING) + 1))
  const edit = insertion(at, `"timestamp":${JSON.stringify(time)},`)
  draft.reveals = true
  return editFor(
    draft,
    finding,
    [edit],
    `line ${finding.revision ?? '?'} gets the time of the event before it`
  )
}

function* numbersOf(view: FileView) {
  for (const { bytes, ...span } of view.lines()) {
    const numbered = numberedLine(bytes, span)
    if (numbered !== null && view.event(bytes) !== null) yield numbered
  }
}

const COUNTED_ANEW = 'lines whose number is not larger than the one before get the next number'

const numbers: Rule = (draft, finding, view) => {
  if (draft.why.includes(COUNTED_ANEW)) return answer(draft, finding, COUNTED_ANEW)
  if (draft.reveals) return LATER
  const done = renumbered(numbersOf(view), view.named)
  return 'none' in done ? done.none : editFor(draft, finding, done.edits, COUNTED_ANEW)
}

/** How far into a file its first turn is looked for. */
const LOOKED_AT_MAX = 2000

const factsOf = (view: FileView) => {
  const facts: {
    -readonly [Name in Exclude<keyof MetaEvidence, 'name'>]: MetaEvidence[Name]
  } & { meta: string | null } = {
    firstTimestamp: null,
    turnContext: null,
    firstOrdinal: null,
    meta: null
  }
  let lines = 0
  for (const { bytes } of view.lines()) {
    const event = view.event(bytes)
    if (event !== null) {
      facts.firstTimestamp ??= event.timestamp
      facts.firstOrdinal ??= event.ordinal ?? null
      if (event.type === 'turn_context')
        facts.turnContext ??= event.payload as unknown as typeof facts.turnContext
      if (event.type === 'session_meta') facts.meta ??= bytes.toString('utf8')
    }
    if (++lines > LOOKED_AT_MAX || (facts.turnContext !== null && facts.meta !== null)) break
  }
  return facts
}

const frontLine = (
  draft: RepairDraft,
  finding: Finding,
  view: FileView,
  text: string,
  why: string
) => {
  const isMoved = view.named.length > 0
  // A first line that is blanked may have room for it.
  const [first] = draft.edits
  const room = first?.offsetBytes === 0 && first.text === '' ? first.spaces : 0
  if (isMoved && room < Buffer.byteLength(text)) return COUNTED
  draft.firstLine = text
  return answer(draft, finding, why)
}

const noMeta: Rule = (draft, finding, view) => {
  if (draft.reveals) return LATER
  const facts = factsOf(view)
  const made = madeMeta({ ...facts, name: nameIn(view.path) })
  return 'none' in made ? made.none : frontLine(draft, finding, view, made.line, made.why)
}

const lateMeta: Rule = (draft, finding, view) => {
  if (draft.reveals) return LATER
  const { meta, firstOrdinal } = factsOf(view)
  if (meta === null) return 'its metadata stand too far down'
  if (firstOrdinal !== null) return 'its lines are numbered, and the first number is taken'
  return frontLine(draft, finding, view, meta, 'a copy of its metadata comes in front')
}

const NAMED = /^rollout-(\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2})-/
const ID = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:\.jsonl(?:\.zst)?)?$/i

/** The name a file should have: after its first metadata, with the time it has already where it has one. */
const nameOf = (view: FileView): string | null => {
  const { meta } = factsOf(view)
  const event = meta === null ? null : view.event(Buffer.from(meta))
  if (event?.type !== 'session_meta') return null
  const { id, timestamp: began } = event.payload
  const known = NAMED.exec(nameIn(view.path))?.[1]
  const at = new Date(began)
  const time =
    known ??
    (Number.isNaN(at.getTime()) ? null : at.toISOString().slice(0, 19).replaceAll(':', '-'))
  return time === null
    ? null
    : `rollout-${time}-${id.toLowerCase()}.jsonl${view.compressed ? '.zst' : ''}`
}

const dayFolder = (name: string): string =>
  `sessions/${name.slice('rollout-'.length, 'rollout-2026-11-21'.length).replaceAll('-', '/')}`

/** Gives a file its name and folder, when nobody has them and no other file is of that thread. */
const moveTo = (
  draft: RepairDraft,
  finding: Finding,
  view: FileView,
  home: RuleHome,
  name: string
) => {
  if (view.named.length > 0) return 'another file continues it under the id it has'
  const archived = view.path.startsWith('archived_sessions/')
  const to = `${archived ? 'archived_sessions' : dayFolder(name)}/${name}`
  const id = ID.exec(name)?.[1]?.toLowerCase() ?? ''
  const others = home.filesOf(id).filter((path) => path !== view.path)
  if (home.exists(to) || others.length > 0) return `thread ${id} is in another file already`
  if (draft.to !== null && draft.to !== to) return 'another repair moves it elsewhere'
  draft.to = to
  return answer(draft, finding, `it moves to ${to}`)
}

const rename: Rule = (draft, finding, view, home) => {
  if (/_[0-9a-f-]{36}\.jsonl/i.test(view.path)) return 'the file is one of several of its thread'
  const name = nameOf(view)
  return name === null
    ? 'its metadata do not tell its name'
    : moveTo(draft, finding, view, home, name)
}

const FOLDER = /^(sessions\/\d{4}\/\d\d\/\d\d|archived_sessions)$/

const wrongFolder: Rule = (draft, finding, view, home) => {
  const folder = finding.facts['expected']
  if (typeof folder !== 'string' || !FOLDER.test(folder)) return 'its name tells no day'
  if (draft.to !== null) return answer(draft, finding, `it moves to ${draft.to}`)
  const to = `${folder}/${nameIn(view.path)}`
  if (home.exists(to)) return `${to} is there already`
  draft.to = to
  return answer(draft, finding, `it moves to ${to}`)
}

const leave = (draft: RepairDraft, finding: Finding, why: string): null => {
  draft.leaves = true
  return answer(draft, finding, why)
}

const empty: Rule = (draft, finding, view) => {
  if (draft.decompressedBytes !== null) {
    draft.answered.push(refOf(finding))
    return null
  }
  if (view.named.length > 0) return COUNTED
  if (view.contentBytes() > 0) return 'what can be decompressed of it is not empty'
  return leave(draft, finding, 'it is empty and goes to quarantine')
}

const leftover: Rule = (draft, finding) =>
  leave(draft, finding, 'it was left behind and goes to quarantine')

const double: Rule = (draft, finding, view, home) => {
  const other = finding.facts['shown']
  if (typeof other !== 'string' || other === view.path || !home.exists(other))
    return 'the other file is not named'
  return home.isPrefixOf(view.path, other)
    ? leave(draft, finding, `all it holds is in ${other}; it goes to quarantine`)
    : `it holds something that is not in ${other}: which of the two is right is unknown`
}

const cut = ({ from, until, isTail }: LineSpan): Edit => ({
  offsetBytes: from,
  bytes: until + (isTail ? 0 : 1) - from,
  spaces: 0,
  text: ''
})

const damagedName: Rule = (draft, finding, view) => {
  const span = lineOf(finding, view)
  if (span === null) return TOO_LONG
  return editFor(draft, finding, [cut(span)], 'lines that cannot be read are taken out')
}

const idIn = (bytes: Buffer): string | null => {
  const entry = parsedJson(bytes.toString('utf8'))
  const id = isJsonObject(entry) ? entry['id'] : null
  return typeof id === 'string' ? id.toLowerCase() : null
}

/** Every name of a thread that is gone leaves: without the last one the one before would count. */
const staleName: Rule = (draft, finding, view) => {
  const { id } = finding.facts
  const edits: Array<Edit> = []
  for (const { bytes, ...span } of view.lines()) if (idIn(bytes) === id) edits.push(cut(span))
  return editFor(draft, finding, edits, 'names of threads that are not here are taken out')
}

const expand: Rule = (draft, finding, view, home) => {
  const plain = view.path.replace(/\.zst$/, '')
  if (home.exists(plain)) return `${plain} is there already`
  let whole = 0
  try {
    for (const { until, isTail } of view.lines()) if (!isTail) whole = until + 1
  } catch {
    // What came before the damage is what there is.
  }
  if (whole === 0) return 'no whole line can be decompressed'
  draft.decompressedBytes = whole
  draft.to = plain
  return answer(
    draft,
    finding,
    `the ${whole} bytes of whole lines that it holds become a plain file`
  )
}

/** The rules, in the order in which they are asked: what a line becomes may make room for metadata. */
export const RULES: Readonly<Partial<Record<ProblemKind, Rule>>> = {
  compressed_damaged: expand,
  empty_file: empty,
  leftover_file: leftover,
  duplicate_thread: double,
  twin_compressed: double,
  byte_order_mark: byteOrderMark,
  not_utf8: line,
  nul_bytes: line,
  glued_lines: line,
  half_then_whole: line,
  torn_line: line,
  not_json: line,
  torn_tail: line,
  no_final_newline: finalNewline,
  missing_timestamp: timestamp,
  ordinal_repeated: numbers,
  ordinal_backward: numbers,
  ordinal_missing: numbers,
  late_session_meta: lateMeta,
  no_session_meta: noMeta,
  id_mismatch: rename,
  bad_filename: rename,
  wrong_folder: wrongFolder,
  stale_name: staleName,
  damaged_name_line: damagedName
}

/** The kinds that have a rule, in the order in which they are asked. */
export const RULED = Object.keys(RULES) as ReadonlyArray<ProblemKind>
