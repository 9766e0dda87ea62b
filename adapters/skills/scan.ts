/**
 * The skills below a folder: breadth first, a bounded number of folders, links to folders followed and links to files not.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parsedObject, textIn, type JsonObject } from '../../domain/json.ts'
import { manifestPaths } from '../../domain/ledgers/plugins/manifest.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { skillFront } from '../../domain/skills/front-matter.ts'
import { NO_EXTRAS, skillExtras, type SkillExtras } from '../../domain/skills/metadata.ts'
import type { Skill, SkillProblem, SkillScope } from '../../domain/skills/skill.ts'
import { isBlank } from '../../domain/white-space.ts'
import { fileText } from './file-text.ts'

/** A folder that skills are looked for in. */
export interface SkillRoot {
  readonly path: string
  readonly scope: SkillScope
  /** The plugin whose folder it is; null for none. */
  readonly plugin: { readonly id: string; readonly name: string; readonly folder: string } | null
}

export interface FoundSkills {
  readonly skills: ReadonlyArray<Skill>
  readonly problems: ReadonlyArray<SkillProblem>
}

export const SKILL_FILE = 'SKILL.md'

const DEPTH_MAX = 6
const FOLDERS_MAX = 2000
const SKILL_BYTES_MAX = 1024 * 1024
const EXTRAS_BYTES_MAX = 256 * 1024
const MANIFEST_BYTES_MAX = 1024 * 1024

/** A path without links; null where nothing is. */
export const canonicalPath = (path: string): string | null => {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

const entriesOf = (folder: string): ReadonlyArray<Dirent> => {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

const leadsToFolder = (path: string): boolean => {
  try {
    return isFolder(path)
  } catch {
    return false
  }
}

/** Every folder below a root, itself first, each once; not in those whose name begins with a dot. */
export function* foldersBelow(root: string, followsLinks: boolean): Iterable<string> {
  const first = canonicalPath(root)
  if (first === null || !isFolder(first)) return
  const seen = new Set([first])
  let level: ReadonlyArray<string> = [first]
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: Array<string> = []
    for (const folder of level) {
      yield folder
      if (depth === DEPTH_MAX) continue
      for (const entry of entriesOf(folder)) {
        const path = join(folder, entry.name)
        const isLink = entry.isSymbolicLink() && followsLinks && leadsToFolder(path)
        if (entry.name.startsWith('.') || !(entry.isDirectory() || isLink)) continue
        const target = isLink ? canonicalPath(path) : path
        if (target === null || seen.has(target) || seen.size >= FOLDERS_MAX) continue
        seen.add(target)
        next.push(target)
      }
    }
    level = next
  }
}

/** A plugin as its skills see it: one without a name is called as its folder. */
interface SkillPlugin {
  readonly name: string
  readonly members: JsonObject
}

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

/** The plugin that a folder belongs to: the nearest above. What was asked once is remembered. */
const namespaces = (profile: ProfileName) => {
  const known = new Map<string, string | null>()
  const of = (folder: string): string | null => {
    const before = known.get(folder)
    if (before !== undefined) return before
    const above = dirname(folder)
    const name = skillPluginAt(folder, profile)?.name ?? (above === folder ? null : of(above))
    known.set(folder, name)
    return name
  }
  return of
}

const extrasOf = (folder: string, plugin: string | null): SkillExtras => {
  const path = join(folder, 'agents', 'openai.yaml')
  const text = fileText(path, EXTRAS_BYTES_MAX, true)
  return E.isLeft(text) ? NO_EXTRAS : skillExtras(text.right, { skill: folder, plugin })
}

/** The skills below a root. */
export const scanSkills = (root: SkillRoot, profile: ProfileName): FoundSkills => {
  const skills: Array<Skill> = []
  const problems: Array<SkillProblem> = []
  const namespaceOf = namespaces(profile)
  const plugin = root.plugin === null ? null : canonicalPath(root.plugin.folder)
  for (const folder of foldersBelow(root.path, root.scope !== 'system')) {
    const file = entriesOf(folder).find(({ name }) => name === SKILL_FILE)
    if (file?.isFile() !== true) continue
    const path = join(folder, SKILL_FILE)
    const text = fileText(path, SKILL_BYTES_MAX, false)
    const place = {
      folder: basename(folder),
      namespace: root.plugin?.name ?? namespaceOf(folder)
    }
    const front = E.isLeft(text)
      ? E.left(`failed to read file: ${text.left}`)
      : skillFront(text.right, place, profile)
    if (E.isLeft(front)) problems.push({ path, message: front.left })
    else
      skills.push({
        ...front.right,
        ...extrasOf(folder, profile === '0.130' ? null : plugin),
        ...{ path, scope: root.scope, pluginId: root.plugin?.id ?? null }
      })
  }
  return { skills, problems: root.scope === 'system' ? [] : problems }
}
