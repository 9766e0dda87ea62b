/**
 * Where an imported thread comes from: which bytes of its source each turn was made of, and what the source says that it spent. A
 * rollout has no place for either, so unroll keeps them beside it.
 *
 * Shape:  `{"record":"source","threadId","at","source","sourcePath","sha256","sourceBytes","turns":[offset, …],"spends":[{…}]}`; a
 *         turn goes on to where the next one begins. The last record about a thread counts.
 * Errors: a record that cannot be read is passed over.
 */
import { isJsonObject, textOrNull, type Json, type JsonObject } from '../json.ts'

/** What the source says that one answer took. */
export interface SourceSpend {
  /** The same for every line of a source about the same answer; null where the line names none. */
  readonly key: string | null
  /** Counts turns from 1; null before the first. */
  readonly turn: number | null
  /** Unix seconds; null where the line has no time. */
  readonly at: number | null
  readonly model: string | null
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly cacheWriteInputTokens: number
  readonly outputTokens: number
  /** Where its line begins in the source. */
  readonly offsetBytes: number
}

/** The source of an imported thread, as it was when it was read. */
export interface ImportedSource {
  readonly threadId: string
  /** When it was read, RFC 3339. */
  readonly at: string
  /** Name of the agent. */
  readonly source: string
  readonly sourcePath: string
  readonly sha256: string
  readonly sourceBytes: number
  /** Where each turn begins in the source. */
  readonly turns: ReadonlyArray<number>
  readonly spends: ReadonlyArray<SourceSpend>
}

/** The id of a turn that an import makes, counted from 1. */
export const importTurnId = (turn: number): string => `external-import-turn-${turn}`

const RECORD = 'source'

/** The record of a source. */
export const printSource = (source: ImportedSource): string =>
  JSON.stringify({ record: RECORD, ...source })

const count = (value: Json | undefined): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null

const listed = (value: Json | undefined): ReadonlyArray<Json> =>
  Array.isArray(value) ? (value as ReadonlyArray<Json>) : []

const spendOf = (value: Json): ReadonlyArray<SourceSpend> => {
  if (!isJsonObject(value)) return []
  const [inputTokens, cachedInputTokens, cacheWriteInputTokens, outputTokens, offsetBytes] = [
    count(value['inputTokens']),
    count(value['cachedInputTokens']),
    count(value['cacheWriteInputTokens']),
    count(value['outputTokens']),
    count(value['offsetBytes'])
  ]
  if (inputTokens === null || outputTokens === null || offsetBytes === null) return []
  return [
    {
      key: textOrNull(value['key']),
      turn: count(value['turn']),
      at: count(value['at']),
      model: textOrNull(value['model']),
      inputTokens,
      cachedInputTokens: cachedInputTokens ?? 0,
      cacheWriteInputTokens: cacheWriteInputTokens ?? 0,
      outputTokens,
      offsetBytes
    }
  ]
}

/** Reads a record; null for another one. */
export const readSource = (record: JsonObject): ImportedSource | null => {
  const [threadId, at, source, sourcePath, sha256] = [
    'threadId',
    'at',
    'source',
    'sourcePath',
    'sha256'
  ].map((name) => textOrNull(record[name]) ?? '') as [string, string, string, string, string]
  if (record['record'] !== RECORD || threadId === '' || Number.isNaN(Date.parse(at))) return null
  return {
    ...{ threadId, at, source, sourcePath, sha256 },
    sourceBytes: count(record['sourceBytes']) ?? 0,
    turns: listed(record['turns']).flatMap((offset) => count(offset) ?? []),
    spends: listed(record['spends']).flatMap(spendOf)
  }
}

/** The part of a source that a turn was made of. */
export interface SourceTurn {
  readonly turnId: string
  readonly offsetBytes: number
  readonly bytes: number
}

/** The part of each turn. */
export const sourceTurns = ({ turns, sourceBytes }: ImportedSource): ReadonlyArray<SourceTurn> =>
  turns.map((offsetBytes, at) => ({
    turnId: importTurnId(at + 1),
    offsetBytes,
    bytes: Math.max(0, (turns[at + 1] ?? sourceBytes) - offsetBytes)
  }))
