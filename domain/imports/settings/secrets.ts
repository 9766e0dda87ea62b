/**
 * Values that may be secrets, as people are shown them: their first four characters, and none of a short one.
 */
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'

const SHOWN = 4
const SHORT = 12

export const hinted = (text: string): string =>
  `${Array.from(text).length < SHORT ? '' : Array.from(text).slice(0, SHOWN).join('')}…`

/** Tables whose values are somebody's: environments and headers. */
const SECRET_TABLES = new Set(['env', 'set', 'http_headers'])

const hintedTable = (table: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(table).map(([name, value]) => [
      name,
      typeof value === 'string' ? hinted(value) : (value ?? null)
    ])
  )

/** A part of a configuration whose environments and headers are only hinted at. */
export const withoutSecrets = (config: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(config).map(([name, value]): readonly [string, Json] => {
      if (!isJsonObject(value)) return [name, value ?? null]
      return [name, SECRET_TABLES.has(name) ? hintedTable(value) : withoutSecrets(value)]
    })
  )
