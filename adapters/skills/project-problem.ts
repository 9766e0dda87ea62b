/**
 * Why the configuration of a trusted project cannot be read: Codex lists no skills there then, and says why.
 */
import * as E from 'fp-ts/lib/Either.js'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts'
import { tomlProblem } from '../home/config.ts'
import { canonicalPath } from '../home/places.ts'
import { CONFIG_BYTES_MAX, RELOAD_FAILED, shownProblem } from './config-problem.ts'
import { fileText } from './file-text.ts'
import { projectFolders, type SkillPlace } from './roots.ts'

const member = (value: Json | undefined, name: string): Json | undefined =>
  isJsonObject(value) ? value[name] : undefined

/** What the person said of a folder. */
const trustOf = (config: JsonObject, folder: string): Json | undefined =>
  member(member(config['projects'], folder), 'trust_level')

const problemIn = (path: string): string | null => {
  const read = fileText(path, CONFIG_BYTES_MAX, true)
  if (E.isLeft(read)) return `Failed to read project config file ${path}: ${read.left}`
  const problem = tomlProblem(read.right)
  return problem === null
    ? null
    : `Error parsing project config file ${path}: ${shownProblem(read.right, problem)}`
}

/** The first one from the root of the project down to a directory; null where all can be read, or nobody trusts them. */
export const projectProblem = (
  { config, home, profile }: SkillPlace,
  directory: string
): string | null => {
  const folders = projectFolders(directory, config)
  const [root = directory] = folders
  const own = canonicalPath(home) ?? home
  for (const folder of folders) {
    const layer = join(folder, '.codex')
    const path = join(layer, 'config.toml')
    const isTrusted = (trustOf(config, folder) ?? trustOf(config, root)) === 'trusted'
    if (!isTrusted || !existsSync(path) || canonicalPath(layer) === own) continue
    const problem = problemIn(path)
    if (problem !== null) return profile === '0.169' ? RELOAD_FAILED + problem : problem
  }
  return null
}
