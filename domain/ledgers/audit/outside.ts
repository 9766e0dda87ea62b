/**
 * What happened to a thread outside of its rollouts: names, imports, questions to clients, and the folder its file lies in.
 */
import type { JsonObject } from '../../json.ts'
import { sourceTurns, type ImportedSource } from '../../imports/provenance.ts'
import type { KeptQuestion } from '../../questions/record.ts'
import { questionRow } from './questions.ts'
import type { OperationFact, TimedRow } from './operations.ts'
import { actorOf, operationRow, stands } from './operations.ts'
import { NOBODY, shortText, type AuditRow, type TrailRow } from './row.ts'

/** A line of `session_index.jsonl`. */
export interface NameLine {
  readonly threadId: string
  readonly name: string
  /** As written: RFC 3339, with up to nine digits behind the seconds. */
  readonly updatedAt: string
}

/** A record of `external_agent_session_imports.json`. */
export interface ImportRecord {
  readonly threadId: string
  /** Unix seconds. */
  readonly importedAt: number
  readonly sourcePath: string | null
  /** SHA-256 of the source, as hexadecimal digits. */
  readonly sourceSha256: string | null
}

/** All about one thread that its rollouts do not say. */
export interface OutsideFacts {
  readonly threadId: string
  /** Oldest first. */
  readonly operations: ReadonlyArray<OperationFact>
  readonly names: ReadonlyArray<NameLine>
  readonly imports: ReadonlyArray<ImportRecord>
  /** Oldest first. */
  readonly questions: ReadonlyArray<KeptQuestion>
  /** Where it was imported from; null for a thread that unroll did not import. */
  readonly source: ImportedSource | null
  /** Where its newest file lies; null when it has none. */
  readonly place: { readonly file: string; readonly archived: boolean } | null
  /** True when a file of it begins with a row of its own. */
  readonly hasFiles: boolean
}

const RENAME_SLACK_MS = 2000

const renaming = (line: NameLine, { operations }: OutsideFacts): OperationFact | undefined => {
  const ms = Date.parse(line.updatedAt)
  return operations.find(
    (fact) =>
      fact.operation === 'rename' &&
      stands(fact) &&
      fact.arguments['name'] === line.name &&
      ms >= Date.parse(fact.beganAt) - RENAME_SLACK_MS &&
      ms <= Date.parse(fact.endedAt ?? fact.beganAt) + RENAME_SLACK_MS
  )
}

const nameRows = (outside: OutsideFacts): ReadonlyArray<TimedRow> =>
  outside.names.map((line, i) => {
    const fact = renaming(line, outside)
    const old = outside.names[i - 1]
    const row: AuditRow = {
      threadId: outside.threadId,
      at: line.updatedAt,
      action: 'renamed',
      turnId: null,
      actor: fact === undefined ? NOBODY : actorOf(fact),
      before: { name: old === undefined ? null : shortText(old.name) },
      after: { name: shortText(line.name) },
      evidence: { kind: 'name', updatedAt: line.updatedAt, operationId: fact?.id ?? null },
      certainty: 'recorded'
    }
    return [Date.parse(line.updatedAt) || 0, row]
  })

/** Names, forks and reverts have rows of their own while their traces exist. */
const operationRows = (outside: OutsideFacts): ReadonlyArray<TimedRow> => {
  const named = new Set(
    outside.names.flatMap((line) => {
      const fact = renaming(line, outside)
      return fact === undefined ? [] : [fact.id]
    })
  )
  return outside.operations.flatMap((fact) => {
    const isShown =
      named.has(fact.id) ||
      (outside.hasFiles && (fact.operation === 'fork' || fact.operation === 'revert'))
    const row = isShown ? null : operationRow(fact, outside.threadId)
    return row === null ? [] : [row]
  })
}

/** True when the file is in the archive because unroll left it there. */
const leftInArchive = ({ operations }: OutsideFacts): boolean =>
  operations.reduce(
    (archived, fact) => (fact.outcome === 'done' ? (fact.archives ?? archived) : archived),
    false
  )

/** Codex moves a file silently: that it was moved can be seen, but not when. */
const placeRow = (outside: OutsideFacts, lastMs: number): ReadonlyArray<TimedRow> => {
  const { place, threadId } = outside
  if (place === null || place.archived === leftInArchive(outside)) return []
  const row: AuditRow = {
    threadId,
    at: null,
    action: place.archived ? 'archived' : 'unarchived',
    turnId: null,
    actor: NOBODY,
    before: null,
    after: null,
    evidence: { kind: 'place', file: place.file },
    certainty: 'inferred'
  }
  return [[lastMs, row]]
}

/** Imports that no rollout records. */
const importRows = ({ threadId, imports, hasFiles }: OutsideFacts): ReadonlyArray<TimedRow> =>
  hasFiles
    ? []
    : imports.map((record) => {
        const row: AuditRow = {
          threadId,
          at: new Date(record.importedAt * 1000).toISOString(),
          action: 'imported',
          turnId: null,
          actor: NOBODY,
          before: null,
          after: { sourcePath: record.sourcePath, sourceSha256: record.sourceSha256 },
          evidence: { kind: 'import', importedAt: record.importedAt },
          certainty: 'recorded'
        }
        return [record.importedAt * 1000, row]
      })

/** The rows of a thread that no line makes, by time; `lastMs` is the time of its newest line. */
export const outsideRows = (outside: OutsideFacts, lastMs: number): ReadonlyArray<TimedRow> =>
  [
    ...nameRows(outside),
    ...operationRows(outside),
    ...importRows(outside),
    ...outside.questions.map(({ record }) => questionRow(outside.threadId, record))
  ]
    .sort(([a], [b]) => a - b)
    .concat(placeRow(outside, lastMs))

/** The most turns of a source that a row tells. */
const TURNS_MAX = 200

/** Which agent a thread was imported from, and which bytes of the source each turn was made of. */
const sourceOf = ({ source }: OutsideFacts): JsonObject => {
  if (source === null) return {}
  const turns = sourceTurns(source)
  const further = turns.length - TURNS_MAX
  return {
    source: source.source,
    sourceTurns: turns.slice(0, TURNS_MAX).map((turn) => ({ ...turn })),
    ...(further > 0 ? { furtherTurns: further } : {})
  }
}

/** Inferred from what is missing: no operation wrote it. */
const isAbsence = ({ action, at }: TrailRow): boolean => action === 'resumed' || at === null

/** A line's row, with the operation that wrote the line and the source of an import. */
export const lineRow = (
  row: TrailRow,
  file: string,
  outside: OutsideFacts,
  found: OperationFact | undefined
): AuditRow => {
  const operation = isAbsence(row) ? undefined : found
  const { orderMs: _order, offset, bytes, origin, after, ...rest } = row
  const source = row.action === 'imported' ? outside.imports.at(-1) : undefined
  return {
    threadId: outside.threadId,
    ...rest,
    actor: { ...NOBODY, ...origin, ...(operation?.actor ?? {}) },
    after:
      source === undefined
        ? after
        : {
            ...after,
            sourcePath: source.sourcePath,
            sourceSha256: source.sourceSha256,
            ...sourceOf(outside)
          },
    evidence: { kind: 'line', file, offset, bytes, operationId: operation?.id ?? null }
  }
}
