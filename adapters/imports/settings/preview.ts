/**
 * What an import of settings would do, for people: the files it makes and changes as diffs, the programs that Codex would start
 * later, and what is left out.
 */
import { existsSync } from 'node:fs'
import { withoutSecrets } from '../../../domain/imports/settings/secrets.ts'
import type { LeftOutPart } from '../../../domain/imports/settings/settings.ts'
import { isJsonObject, textOrNull, type Json, type JsonObject } from '../../../domain/json.ts'
import type { ImportPlace, ItemType } from '../item.ts'
import type { PlannedSettings } from './apply.ts'
import { settingsFailure } from './apply.ts'
import { SETTINGS_PLANNERS } from './importers.ts'
import { isNothing, type SettingsWrite } from './plan.ts'
import { siteFor, type Site } from './site.ts'
import { configChange } from './write.ts'

/** What there is of one type of settings. */
export interface SurveyedSettings {
  readonly itemType: ItemType
  readonly site: Site
  /** Null where nothing is to be imported. */
  readonly planned: PlannedSettings | null
  readonly leftOut: ReadonlyArray<LeftOutPart>
  /** Why it cannot be imported; null where it can. */
  readonly problem: string | null
}

/** Looks at every type of settings of a user, or of a repository; one that is broken hides no other. */
export const surveySettings = (
  place: ImportPlace,
  cwd: string | null
): ReadonlyArray<SurveyedSettings> => {
  const site = siteFor(place, cwd)
  if (site === null) return []
  return SETTINGS_PLANNERS.flatMap(([itemType, plan]): ReadonlyArray<SurveyedSettings> => {
    try {
      const found = plan(site)
      if (found === null) return []
      const planned = isNothing(found) ? null : { site, plan: found }
      return [{ itemType, site, planned, leftOut: found.leftOut, problem: null }]
    } catch (cause) {
      const problem = settingsFailure(cause, cwd).message
      return [{ itemType, site, planned: null, leftOut: [], problem }]
    }
  })
}

/** A file as an import leaves it. */
export interface PreviewedFile {
  readonly path: string
  readonly change: 'create' | 'add'
  /** Lines that it gains; null for one that is no text. */
  readonly lines: ReadonlyArray<string> | null
  readonly bytes: number
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

const textIn = (content: string | Uint8Array): string | null => {
  if (typeof content === 'string') return content
  try {
    const text = UTF8.decode(content)
    return text.includes('\0') ? null : text
  } catch {
    return null
  }
}

const linesIn = (text: string): ReadonlyArray<string> => {
  const all = text.split('\n')
  return all.at(-1) === '' ? all.slice(0, -1) : all
}

/** The lines of one text that the other does not have in their place. */
const gained = (before: string, after: string): ReadonlyArray<string> => {
  const old = linesIn(before)
  let at = 0
  return linesIn(after).filter((line) => {
    if (line !== old[at]) return true
    at += 1
    return false
  })
}

const previewed = (site: Site, write: SettingsWrite): ReadonlyArray<PreviewedFile> => {
  if (write.kind === 'folder') return []
  if (write.kind === 'tree') return write.entries.flatMap((entry) => previewed(site, entry))
  const { path } = write
  if (write.kind === 'file') {
    const text = textIn(write.content)
    const bytes = Buffer.byteLength(write.content)
    return [{ path, change: 'create', lines: text === null ? null : linesIn(text), bytes }]
  }
  const shown = configChange(site, { ...write, added: withoutSecrets(write.added) })
  const { before, after } = configChange(site, write)
  const bytes = Buffer.byteLength(after) - Buffer.byteLength(before)
  const change = existsSync(path) ? 'add' : 'create'
  return [{ path, change, lines: gained(shown.before, shown.after), bytes }]
}

/** Files that a plan makes or changes; throws a `SettingsProblem` for what cannot be written. */
export const previewedFiles = ({ site, plan }: PlannedSettings): ReadonlyArray<PreviewedFile> =>
  plan.writes.flatMap((write) => previewed(site, write))

const tables = (value: Json | undefined): ReadonlyArray<JsonObject> =>
  isJsonObject(value) ? Object.values(value).filter(isJsonObject) : []

/** Command lines below a value of `hooks.json`. */
const commandsBelow = (value: Json | undefined): ReadonlyArray<string> => {
  if (Array.isArray(value)) return (value as ReadonlyArray<Json>).flatMap(commandsBelow)
  if (!isJsonObject(value)) return []
  const own = textOrNull(value['command'])
  return [...(own === null ? [] : [own]), ...Object.values(value).flatMap(commandsBelow)]
}

/** Programs that Codex would start because of a plan; nothing starts them here. */
export const startedLater = ({ plan }: PlannedSettings): ReadonlyArray<string> =>
  plan.writes.flatMap((write) => {
    if (write.kind === 'config')
      return tables(write.added['mcp_servers']).flatMap((server) => {
        const command = textOrNull(server['command'])
        const args = Array.isArray(server['args']) ? (server['args'] as ReadonlyArray<string>) : []
        return command === null || command === '' ? [] : [[command, ...args].join(' ')]
      })
    if (write.kind !== 'file' || plan.itemType !== 'HOOKS' || !write.path.endsWith('hooks.json'))
      return []
    return commandsBelow(JSON.parse(String(write.content)) as Json)
  })
