/**
 * Sealing the rollouts of a home, and comparing them with their seals. Both read every file whole: a seal that trusts sizes and times
 * would prove nothing.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../../home/plain-file.ts'
import { replaceFile } from '../../home/replace-file.ts'
import type { StoreError } from '../../../domain/errors.ts'
import { OWN_FOLDER } from '../../../domain/changes/relocation.ts'
import { plainPath } from '../../../domain/rollout-file.ts'
import {
  differenceOf,
  type SealDifference,
  type LineNow
} from '../../../domain/upkeep/seal/compare.ts'
import {
  chainRecords,
  NO_SEALS,
  readSeals,
  type SealedFile,
  type SealRecord,
  type SealState
} from '../../../domain/upkeep/seal/log.ts'
import { exportedLines, sha256Hex } from '../../home/audit-home.ts'
import { holdHome } from '../../home/hold.ts'
import { shownRollouts, type RolloutFile } from '../storage/files.ts'
import { scanFile, type Scanned } from './scan.ts'

type SealVerdict =
  | 'unchanged'
  | 'appended'
  | 'new'
  | SealDifference['verdict']
  | 'removed'
  | 'unreadable'

const FINE: ReadonlySet<SealVerdict> = new Set(['unchanged', 'appended', 'new'])

/** How one rollout compares with its seal. */
export interface SealedOutcome {
  readonly threadId: string
  /** Where it is now, or where it was when it is gone; relative to the home. */
  readonly path: string
  readonly verdict: SealVerdict
  /** What else happened and changes no byte: `archived`, `unarchived`, `moved`, `compressed`, `expanded`. */
  readonly notes: ReadonlyArray<string>
  readonly atByte: number | null
  readonly line: number | null
  /** Bytes that are sealed; null for a new file. */
  readonly sealedBytes: number | null
  readonly bytes: number | null
}

export const isFine = ({ verdict }: SealedOutcome): boolean => FINE.has(verdict)

export interface SealReport {
  /** True when the log is whole and every sealed byte is unchanged. */
  readonly ok: boolean
  readonly files: ReadonlyArray<SealedOutcome>
  readonly log: Omit<SealState, 'files'>
  /** The new head of the log; null when nothing was sealed. */
  readonly sealed: string | null
}

/** How many files have each verdict, and each note. */
export const verdictsOf = ({ files }: SealReport): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { verdict, notes } of files)
    for (const word of [verdict, ...notes]) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

export interface SealRequest {
  readonly home: string
  /** The log; in the home when none is named. */
  readonly log?: string
  /** A hash that was noted from an earlier seal. */
  readonly head?: string | null
  readonly onFile?: (done: number, total: number, bytes: number) => void
  readonly signal?: AbortSignal
}

export const sealLogOf = (home: string): string => join(home, OWN_FOLDER, 'seals.jsonl')

const HEX = 8

const toHex = (checksum: number): string => (checksum >>> 0).toString(16).padStart(HEX, '0')

const checksumsOf = ({ parts }: SealedFile): ReadonlyArray<number> =>
  parts.flatMap(({ lines }) =>
    Array.from({ length: lines.length / HEX }, (_, i) =>
      parseInt(lines.slice(i * HEX, (i + 1) * HEX), 16)
    )
  )

const notesOf = (sealed: SealedFile, file: RolloutFile): ReadonlyArray<string> => {
  const [was, is] = [sealed.path, file.path]
  const wasArchived = was.startsWith('archived_sessions/')
  const isMoved = plainPath(was) !== plainPath(is)
  const move = wasArchived === file.archived ? 'moved' : file.archived ? 'archived' : 'unarchived'
  const wasCompressed = plainPath(was) !== was
  return [
    ...(isMoved ? [move] : []),
    ...(wasCompressed === file.compressed ? [] : [file.compressed ? 'compressed' : 'expanded'])
  ]
}

const compareLines = async (
  home: string,
  file: RolloutFile,
  sealed: SealedFile,
  cuts: ReadonlyArray<number>
): Promise<SealDifference> => {
  const lines: Array<LineNow> = []
  const path = join(home, file.path)
  const { bytes } = await scanFile(path, file.compressed, 0, cuts, (line) => lines.push(line))
  return differenceOf(checksumsOf(sealed), lines, sealed.bytes, bytes)
}

/**
 * Looks for the place where a file differs: further readings, of such files only. A seal may have ended inside of a line, so lines are cut
 * there; behind lines that were inserted or removed that place is another one.
 */
const locate = async (
  home: string,
  file: RolloutFile,
  sealed: SealedFile
): Promise<SealDifference> => {
  const cuts = sealed.parts.map(({ until }) => until)
  const found = await compareLines(home, file, sealed, cuts)
  if (found.verdict !== 'changed') return found
  const uncut = await compareLines(home, file, sealed, [])
  return uncut.verdict === 'truncated' || uncut.line !== found.line ? found : uncut
}

interface SealComparison {
  readonly outcome: SealedOutcome
  /** What a seal adds; null when it adds nothing. */
  readonly record: SealRecord | null
}

const recordOf = (
  { path, threadId, segmentId }: RolloutFile,
  { bytes, sha256 }: Scanned,
  from: number,
  lines: ReadonlyArray<string>
): SealRecord => ({
  kind: 'file',
  ...{ path, threadId, segmentId, from, bytes, sha256, lines: lines.join('') }
})

const sealedAnew = async (home: string, file: RolloutFile): Promise<SealRecord> => {
  const lines: Array<string> = []
  const scanned = await scanFile(join(home, file.path), file.compressed, 0, [], (line) =>
    lines.push(toHex(line.checksum))
  )
  return recordOf(file, scanned, 0, lines)
}

/** Compares a file with its seal; `anew`: whatever it holds is sealed. */
const lookAt = async (
  home: string,
  file: RolloutFile,
  sealed: SealedFile | undefined,
  anew: boolean
): Promise<SealComparison> => {
  const { threadId, path } = file
  const from = sealed?.bytes ?? 0
  const lines: Array<string> = []
  const scanned = await scanFile(join(home, path), file.compressed, from, [from], (line) => {
    if (line.offset >= from) lines.push(toHex(line.checksum))
  })
  const { bytes } = scanned
  const base = { threadId, path, atByte: null, line: null, bytes }
  if (sealed === undefined)
    return {
      outcome: { ...base, verdict: 'new', notes: [], sealedBytes: null },
      record: recordOf(file, scanned, 0, lines)
    }
  const notes = notesOf(sealed, file)
  const known = { ...base, notes, sealedBytes: sealed.bytes }
  if (scanned.prefixSha256 !== sealed.sha256) {
    const record = anew ? await sealedAnew(home, file) : null
    return { outcome: { ...known, ...(await locate(home, file, sealed)) }, record }
  }
  const isSame = bytes === sealed.bytes
  return {
    outcome: { ...known, verdict: isSame ? 'unchanged' : 'appended' },
    record: isSame && notes.length === 0 ? null : recordOf(file, scanned, from, lines)
  }
}

const unreadable = (file: RolloutFile, sealed: SealedFile | undefined): SealedOutcome => ({
  ...{ threadId: file.threadId, path: file.path, verdict: 'unreadable', notes: [] },
  ...{ atByte: null, line: null, sealedBytes: sealed?.bytes ?? null, bytes: null }
})

const removed = ({ threadId, path, bytes }: SealedFile): SealedOutcome => ({
  ...{ threadId, path, verdict: 'removed', notes: [], atByte: 0, line: 0 },
  ...{ sealedBytes: bytes, bytes: null }
})

const compareAll = async (
  { home, onFile, signal }: SealRequest,
  state: SealState,
  anew: boolean
): Promise<ReadonlyArray<SealComparison>> => {
  const current = shownRollouts(home)
  const looked: Array<SealComparison> = []
  let [done, bytes] = [0, 0]
  for (const [segmentId, file] of current) {
    if (signal?.aborted === true) break
    const sealed = state.files.get(segmentId)
    try {
      looked.push(await lookAt(home, file, sealed, anew))
    } catch {
      looked.push({ outcome: unreadable(file, sealed), record: null })
    }
    onFile?.((done += 1), current.size, (bytes += file.sizeBytes))
  }
  for (const [segmentId, sealed] of state.files)
    if (!current.has(segmentId))
      looked.push({ outcome: removed(sealed), record: { kind: 'gone', segmentId } })
  return looked
}

const stateOf = async ({ home, log = sealLogOf(home), head = null }: SealRequest) =>
  existsSync(log)
    ? readSeals(exportedLines(log), sha256Hex, head)
    : { ...NO_SEALS, known: head === null ? null : false }

const reportOf = (
  { files: _, ...log }: SealState,
  looked: ReadonlyArray<SealComparison>,
  sealed: string | null
): SealReport => {
  const files = looked.map(({ outcome }) => outcome)
  const ok = log.broken === null && log.known !== false && files.every(isFine)
  return { ok, files, log, sealed }
}

/** Compares every rollout of a home with what was sealed. Throws errors of the system. */
export const verifySeal = async (request: SealRequest): Promise<SealReport> => {
  const state = await stateOf(request)
  return reportOf(state, await compareAll(request, state, false), null)
}

const COPIED_BYTES = 64 * 1024

/** Writes all of a file to another one; nothing when it is not there. */
const copyInto = (file: number, path: string): void => {
  if (!existsSync(path)) return
  const source = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(COPIED_BYTES)
    for (let bytes = 0; (bytes = readSync(source, buffer)) > 0;)
      writeWhole(file, buffer.subarray(0, bytes))
  } finally {
    closeSync(source)
  }
}

/** Adds lines to a log by replacing it, so that there is never half a seal. */
const extend = (log: string, lines: ReadonlyArray<string>): void => {
  const write = (file: number): void => {
    copyInto(file, log)
    for (const line of lines) writeWhole(file, `${line}\n`)
  }
  replaceFile(log, write, { temporary: `${log}.${process.pid}.tmp`, mode: 0o600 })
}

export interface NewSeal extends SealRequest {
  /** Also when sealed bytes have changed. */
  readonly accept?: boolean
  readonly nowMs: number
}

const sealAlone = async (request: NewSeal): Promise<SealReport> => {
  const { home, accept = false, nowMs, signal } = request
  const log = request.log ?? sealLogOf(home)
  const state = await stateOf({ ...request, log })
  const looked = await compareAll(request, state, accept)
  const found = reportOf(state, looked, null)
  const isAllowed = found.ok || (accept && state.broken === null && state.known !== false)
  if (!isAllowed || signal?.aborted === true) return found
  const records = looked.flatMap(({ record }) => (record === null ? [] : [record]))
  const bytes = looked.reduce((sum, { outcome }) => sum + (outcome.bytes ?? 0), 0)
  const files = looked.filter(({ outcome }) => outcome.bytes !== null).length
  const end: SealRecord = { kind: 'seal', at: new Date(nowMs).toISOString(), files, bytes }
  const lines = chainRecords([...records, end], state.head, sha256Hex)
  extend(log, lines)
  return { ...found, sealed: lines.at(-1)?.slice(9, 73) ?? null }
}

/**
 * Seals what is new. Nothing is sealed when sealed bytes have changed, unless `accept` says that this is known; a broken log
 * is never continued. `Busy` while another process seals the home; a log that is elsewhere is left to its owner. Throws
 * errors of the system.
 */
export const seal = async (request: NewSeal): Promise<E.Either<StoreError, SealReport>> => {
  if (request.log !== undefined) return E.right(await sealAlone(request))
  const held = await holdHome(request.home, 'seals')
  if (E.isLeft(held)) return held
  try {
    return E.right(await sealAlone(request))
  } finally {
    await held.right.release(true)
  }
}
