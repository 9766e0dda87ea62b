/**
 * Session metadata for a file that lost its own: made from its name and its first turn, and marked as made.
 */
import { isUuid } from '../../ids.ts'
import { textIn, type JsonObject } from '../../json.ts'

/** What is known of a file without metadata. */
export interface MetaEvidence {
  /** Without its folder. */
  readonly name: string
  /** Time of its first event; null when it has none. */
  readonly firstTimestamp: string | null
  /** Payload of its first `turn_context`; null when it has none. */
  readonly turnContext: JsonObject | null
  /** The smallest number of its lines; null when they have none. */
  readonly firstOrdinal: number | null
}

/** Either the line, without its newline, and what is known behind it, or why there is none. */
type MadeMeta = { readonly line: string; readonly why: string } | { readonly none: string }

/** Who made the metadata, where Codex names the client. */
const MADE_BY = 'unroll_repair'

const NAME =
  /^rollout-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})-([0-9a-f-]{36})\.jsonl(?:\.zst)?$/i

/** Makes metadata. Refused for a file that may continue another one: which one stood in the line that is lost. */
export const madeMeta = (facts: MetaEvidence): MadeMeta => {
  const { name, firstTimestamp, turnContext, firstOrdinal } = facts
  const [, day, hour, minute, second, id = ''] = NAME.exec(name) ?? []
  if (day === undefined || !isUuid(id.toLowerCase()))
    return { none: 'its name does not tell which thread it is' }
  if (firstOrdinal !== null && firstOrdinal !== 1)
    return { none: 'it continues another file, and the lost line named which one' }
  const timestamp = firstTimestamp ?? `${day}T${hour}:${minute}:${second}.000Z`
  const directory = textIn(turnContext?.['cwd'])
  const payload = {
    id: id.toLowerCase(),
    timestamp,
    cwd: directory === '' ? '/' : directory,
    originator: MADE_BY,
    cli_version: '0.0.0',
    ...(firstOrdinal === null ? {} : { history_mode: 'paginated' })
  }
  const number = firstOrdinal === null ? {} : { ordinal: 0 }
  const from = directory === '' ? 'its directory is not known' : 'directory from its first turn'
  return {
    line: JSON.stringify({ timestamp, ...number, type: 'session_meta', payload }),
    why: `metadata are made: id from its name, time ${firstTimestamp === null ? 'from its name' : 'of its first event'}, ${from}, originator ${MADE_BY}, the rest unknown`
  }
}
