/**
 * Which threads were taken over from another agent, as `external_agent_session_imports.json` of a home says.
 */
import { isDeepStrictEqual } from 'node:util'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, type JsonObject } from '../../../domain/json.ts'
import { joiner } from '../stream/join.ts'
import type { StreamDirectory } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'

const FILE = 'external_agent_session_imports.json'
const BYTES_MAX = 256 * 1024 * 1024
/** A record is written with the first lines of its thread, as a rule. */
const FIRST_EVENTS = 64

const parsed = (path: string): unknown => {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile() || stat.size > BYTES_MAX) return null
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

/** The records of a home by thread, in their order, as they are. */
export const importsOf = (home: string): ReadonlyMap<string, ReadonlyArray<JsonObject>> => {
  const ledger = parsed(join(home, FILE))
  const records = isJsonObject(ledger) ? ledger['records'] : null
  const imports = new Map<string, Array<JsonObject>>()
  for (const record of Array.isArray(records) ? records : []) {
    const id = isJsonObject(record) ? record['imported_thread_id'] : null
    if (!isJsonObject(record) || typeof id !== 'string') continue
    const thread = id.toLowerCase()
    imports.set(thread, [...(imports.get(thread) ?? []), record])
  }
  return imports
}

const missingIn = async (
  wire: Wire,
  stream: string,
  records: ReadonlyArray<JsonObject>,
  limit: number
): Promise<ReadonlyArray<JsonObject>> => {
  const join = joiner()
  let missing = records
  for await (const event of wire.read(stream, 0, limit)) {
    for (const joined of join.take(event))
      if (joined.what === 'fact' && joined.type === 'unroll-imported')
        missing = missing.filter((record) => !isDeepStrictEqual(record, joined.data))
    if (missing.length === 0) break
  }
  return missing
}

/** Records the stream of a thread does not hold yet; a thread that was not imported costs nothing. */
export const newImports = async (
  wire: Wire,
  stream: string,
  { facts }: StreamDirectory,
  records: ReadonlyArray<JsonObject>
): Promise<ReadonlyArray<JsonObject>> => {
  if (records.length === 0 || facts < 0) return records
  const late = await missingIn(wire, stream, records, FIRST_EVENTS)
  return late.length === 0 ? [] : missingIn(wire, stream, late, Infinity)
}
