/**
 * What a stored event is: a fact, bytes of a segment, or something that is not ours; and the group it is in. Whoever may
 * write to the server may have written it, so its metadata are looked at before they are believed.
 */
import { isJsonObject } from '../../../../domain/json.ts'
import type { FactMetadata, LineMetadata, StoredEvent } from './stored.ts'

export const PART = 'unroll-part'
export const BLANK = 'unroll-blank'
export const TAIL = 'unroll-tail'

export interface EventGroup {
  readonly group: number
  readonly until: number
}

/** The group an event is in; null for an event that counts by itself. */
export const groupOf = ({ metadata, revision }: StoredEvent): EventGroup | null => {
  const { group, until } = metadata
  return Number.isSafeInteger(group) && Number.isSafeInteger(until)
    ? { group: Math.min(group as number, revision), until: Math.max(until as number, revision) }
    : null
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

/** Metadata of an event that holds bytes of a segment, or a part of them; null for any other event. */
export const lineMetadata = ({ metadata: m }: StoredEvent): LineMetadata | null => {
  const isLine =
    typeof m['segment'] === 'string' &&
    isCount(m['line']) &&
    isCount(m['offset']) &&
    isCount(m['bytes']) &&
    typeof m['sha256'] === 'string' &&
    Number.isSafeInteger(m['facts'])
  return isLine ? (m as unknown as LineMetadata) : null
}

/** Metadata of a fact; null for any other event. */
export const factMetadata = ({ type, metadata, data }: StoredEvent): FactMetadata | null => {
  const directory = metadata['directory']
  const isFact =
    type.startsWith('unroll-') &&
    data.json !== undefined &&
    isJsonObject(directory) &&
    Array.isArray(directory['segments']) &&
    Array.isArray(directory['lineage'])
  return isFact ? (metadata as unknown as FactMetadata) : null
}

/** The type of what an event holds, also when it holds a part of it. */
export const kindOfEvent = ({ type }: { readonly type: string }, m: LineMetadata): string =>
  type === PART && typeof m.kind === 'string' ? m.kind : type

/** True for an event that is whole, or the last of its parts. */
export const isLastPart = ({ part, parts }: LineMetadata): boolean =>
  part === undefined || parts === undefined || part === parts - 1
