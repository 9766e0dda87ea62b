/**
 * `unroll --version`: the number for people; for programs with it what else they may depend on: the commit, the schemas of `--json` and
 * the layout of the index.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LAYOUT_VERSION } from '../../index/lmdb/seal.ts'
import type { FreeCommand } from '../session.ts'

/** The build writes the commit here; the sources have none. */
declare const BUILT_FROM: string | null | undefined

const IS_SOURCE = import.meta.url.endsWith('.ts')
const SCHEMAS = fileURLToPath(
  new URL(IS_SOURCE ? '../../../schemas/' : '../schemas/', import.meta.url)
)

/** The number at the end of a schema's `$id`. */
const numberOf = (file: string): number | null => {
  const { $id } = JSON.parse(readFileSync(`${SCHEMAS}${file}`, 'utf8')) as { readonly $id?: string }
  const number = /\/(\d+)(?:\.json)?$/.exec($id ?? '')?.[1]
  return number === undefined ? null : Number(number)
}

/** The number of every schema that is shipped, by its name. */
const schemas = (): Readonly<Record<string, number | null>> => {
  try {
    const files = readdirSync(SCHEMAS).filter((file) => file.endsWith('.json'))
    return Object.fromEntries(
      files.sort().map((file) => [file.replace(/(\.schema)?\.json$/, ''), numberOf(file)])
    )
  } catch {
    return {}
  }
}

/** Prints the version. */
export const versionCommand: FreeCommand = async (input, io) => {
  if (!input.json) {
    await io.out(`unroll ${io.version}\n`)
    return 0
  }
  const told = {
    version: io.version,
    commit: typeof BUILT_FROM === 'string' ? BUILT_FROM : null,
    node: process.versions.node,
    schemas: schemas(),
    indexVersion: LAYOUT_VERSION,
    conventions: null // of traces; none are written yet
  }
  await io.out(`${JSON.stringify(told)}\n`)
  return 0
}
