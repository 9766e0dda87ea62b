/**
 * Settings of other agents as items: each type detects and imports by its plan.
 */
import type { JsonObject } from '../../../domain/json.ts'
import type {
  ImportItem,
  ImportPlace,
  ItemFailure,
  ItemImporter,
  ItemOutcome,
  ItemType
} from '../item.ts'
import type { SettingsPlan } from './plan.ts'
import {
  planCommands,
  planConfig,
  planGuidance,
  planHooks,
  planMcpServers,
  planSkills,
  planSubagents,
  type SettingsPlanner
} from './plans.ts'
import { SettingsProblem } from './read.ts'
import { repositoryOf, siteOf, type Site } from './site.ts'
import { written } from './write.ts'

/** Types of settings, in the order in which they are detected. */
export const SETTINGS_PLANNERS: ReadonlyArray<readonly [ItemType, SettingsPlanner]> = [
  ['CONFIG', planConfig],
  ['MCP_SERVER_CONFIG', planMcpServers],
  ['HOOKS', planHooks],
  ['SKILLS', planSkills],
  ['COMMANDS', planCommands],
  ['SUBAGENTS', planSubagents],
  ['AGENTS_MD', planGuidance]
]

/** The member of the details that names what is in an item. */
const MEMBERS: Partial<Record<ItemType, string>> = {
  MCP_SERVER_CONFIG: 'mcpServers',
  HOOKS: 'hooks',
  SKILLS: 'skills',
  COMMANDS: 'commands',
  SUBAGENTS: 'subagents'
}

const detailsOf = ({ itemType, names }: SettingsPlan, { profile }: Site): JsonObject | null => {
  const member = MEMBERS[itemType]
  if (member === undefined || names === null) return null
  if (itemType === 'SKILLS' && profile !== '0.169') return null
  const kinds = ['plugins', 'skills', 'sessions', 'mcpServers', 'hooks', 'subagents', 'commands']
  const known = kinds.filter((kind) => kind !== 'skills' || profile === '0.169')
  return Object.fromEntries(
    known.map((kind) => [kind, kind === member ? names.map((name) => ({ name })) : []])
  )
}

/** The site of a directory, or of the user; null where the directory does not exist. */
const siteFor = (place: ImportPlace, cwd: string | null): Site | null => {
  const repository = cwd === null || cwd === '' ? null : repositoryOf(cwd)
  return cwd !== null && cwd !== '' && repository === null ? null : siteOf(place, repository)
}

/** What went wrong with an item; anything but settings and disks is a defect and thrown on. */
const failureOf = (cause: unknown, cwd: string | null): ItemFailure => {
  const isSystem =
    cause instanceof Error && typeof (cause as NodeJS.ErrnoException).code === 'string'
  if (!(cause instanceof SettingsProblem) && !isSystem) throw cause
  const errorType = cause instanceof SettingsProblem ? cause.errorType : null
  return {
    errorType,
    subErrorType: null,
    failureStage: 'import_request_failed',
    message: cause.message,
    cwd,
    source: null
  }
}

const importPlanned = (site: Site, plan: SettingsPlan, cwd: string | null): ItemOutcome => {
  for (const write of plan.writes) written(site, write)
  const rows =
    plan.whole === null
      ? (plan.names ?? []).map((name) => ({ source: name, target: name }))
      : [plan.whole]
  return { successes: rows.map((row) => ({ cwd, ...row, title: null })), failures: [] }
}

const importerOf = ([itemType, plan]: readonly [ItemType, SettingsPlanner]): ItemImporter => ({
  itemType,
  detect: async (place, cwd): Promise<ImportItem | null> => {
    const site = siteFor(place, cwd)
    const found = site === null ? null : plan(site)
    return found === null || site === null
      ? null
      : {
          itemType,
          description: found.description,
          cwd: site.repository,
          details: detailsOf(found, site)
        }
  },
  run: async (place, { cwd }): Promise<ItemOutcome> => {
    try {
      const site = siteFor(place, cwd)
      const found = site === null ? null : plan(site)
      return found === null || site === null
        ? { successes: [], failures: [] }
        : importPlanned(site, found, cwd)
    } catch (cause) {
      return { successes: [], failures: [failureOf(cause, cwd)] }
    }
  }
})

/** One importer for each type of settings. */
export const SETTINGS_IMPORTERS: ReadonlyArray<ItemImporter> = SETTINGS_PLANNERS.map(importerOf)
