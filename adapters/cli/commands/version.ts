/**
 * `unroll --version`: the number for people; for programs with it what else they may depend on: the commit, the schemas of `--json` and
 * the layout of the index.
 */
import { LAYOUT_VERSION } from '../../index/lmdb/seal.ts'
import { CONVENTIONS } from '../../traces/conventions.ts'
import { schemaNumbers } from '../schema/files.ts'
import type { FreeCommand } from '../session.ts'

/** The build writes the commit here; the sources have none. */
declare const BUILT_FROM: string | null | undefined

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
    schemas: schemaNumbers(),
    indexVersion: LAYOUT_VERSION,
    conventions: CONVENTIONS
  }
  await io.out(`${JSON.stringify(told)}\n`)
  return 0
}
