/**
 * The JSON Schemas that are shipped: one file per command that prints JSON.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const IS_SOURCE = import.meta.url.endsWith('.ts')
const FOLDER = fileURLToPath(
  new URL(IS_SOURCE ? '../../../schemas/' : '../schemas/', import.meta.url)
)

/** The number at the end of a schema's `$id`: raised when a member is removed or gets another type. */
const NUMBER = /"\$id": "unroll\.[a-z.-]+\/(\d+)"/

/** The names of the schemas, which are those of commands. */
export const schemaNames = (): ReadonlyArray<string> =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()

/** A schema as it is shipped. */
export const schemaText = (name: string): string => readFileSync(`${FOLDER}${name}.json`, 'utf8')

/** The number of every schema, by its name. */
export const schemaNumbers = (): Readonly<Record<string, number>> =>
  Object.fromEntries(
    schemaNames().map((name) => [name, Number(NUMBER.exec(schemaText(name))?.[1])] as const)
  )
