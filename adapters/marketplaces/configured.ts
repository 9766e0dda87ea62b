/**
 * The tables `[marketplaces.NAME]` of a configuration, and the folders they mean.
 */
import { isAbsolute, join } from 'node:path'
import { isJsonObject, textOrNull, type Json, type JsonObject } from '../../domain/json.ts'
import { marketplaceNameProblem } from '../../domain/marketplaces/names.ts'

/** Where fetched marketplaces are kept, in a home. */
const FETCHED = ['.tmp', 'marketplaces']

/** A marketplace as it was added. */
export interface ConfiguredMarketplace {
  readonly name: string
  readonly sourceType: string | null
  readonly source: string | null
  readonly refName: string | null
  readonly sparsePaths: ReadonlyArray<string>
  readonly lastRevision: string | null
}

/** Where fetched marketplaces of a home are kept. */
export const fetchedFolder = (home: string): string => join(home, ...FETCHED)

const texts = (value: Json | undefined): ReadonlyArray<string> =>
  Array.isArray(value)
    ? (value as ReadonlyArray<Json>).filter((one): one is string => typeof one === 'string')
    : []

/** The marketplaces of a configuration, in its order. */
export const configuredMarketplaces = (
  config: JsonObject
): ReadonlyArray<ConfiguredMarketplace> => {
  const { marketplaces } = config
  if (!isJsonObject(marketplaces)) return []
  return Object.entries(marketplaces).flatMap(([name, table]) =>
    isJsonObject(table)
      ? [
          {
            name,
            sourceType: textOrNull(table['source_type']),
            source: textOrNull(table['source']),
            refName: textOrNull(table['ref']),
            sparsePaths: texts(table['sparse_paths']),
            lastRevision: textOrNull(table['last_revision'])
          }
        ]
      : []
  )
}

/** The folder of a marketplace; null where its table names none. */
export const configuredRoot = (
  home: string,
  { name, sourceType, source }: ConfiguredMarketplace
): string | null => {
  if (marketplaceNameProblem(name) !== null) return null
  if (sourceType !== 'local') return join(fetchedFolder(home), name)
  return source !== null && isAbsolute(source) ? source : null
}
