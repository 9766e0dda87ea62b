/**
 * The plugin whose manifest stands in a folder, as its skills see it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { basename, join } from 'node:path'
import { parsedObject, textIn, type JsonObject } from '../../domain/json.ts'
import { manifestPaths } from '../../domain/ledgers/plugins/manifest.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { isBlank } from '../../domain/white-space.ts'
import { fileText } from './file-text.ts'

/** One without a name is called as its folder. */
interface SkillPlugin {
  readonly name: string
  readonly members: JsonObject
}

const MANIFEST_BYTES_MAX = 1024 * 1024

/** The plugin in a folder; null where no manifest can be read. */
export const skillPluginAt = (folder: string, profile: ProfileName): SkillPlugin | null => {
  for (const path of manifestPaths(profile)) {
    const text = fileText(join(folder, path), MANIFEST_BYTES_MAX, true)
    if (E.isLeft(text)) continue
    const members = parsedObject(text.right)
    const name = members?.['name']
    if (members === null || (name !== undefined && typeof name !== 'string')) return null
    return { name: isBlank(textIn(name)) ? basename(folder) : textIn(name), members }
  }
  return null
}
