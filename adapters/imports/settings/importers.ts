/**
 * Settings of other agents as items: each type detects and imports by its plan.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describe } from '../../../domain/errors.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { homeOperations } from '../../home/operations.ts'
import type { ImportItem, ItemImporter, ItemOutcome, ItemType } from '../item.ts'
import { importPlanned, settingsFailure } from './apply.ts'
import { removeLeftOvers } from './left-over.ts'
import { isNothing, type SettingsPlan } from './plan.ts'
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
import { siteFor, type Site } from './site.ts'

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

const NOTHING: ItemOutcome = { successes: [], failures: [] }

const importerOf = ([itemType, plan]: readonly [ItemType, SettingsPlanner]): ItemImporter => ({
  itemType,
  detect: async (place, cwd): Promise<ImportItem | null> => {
    const site = siteFor(place, cwd)
    const found = site === null ? null : plan(site)
    return found === null || site === null || isNothing(found)
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
      removeLeftOvers(place, cwd)
      const site = siteFor(place, cwd)
      const found = site === null ? null : plan(site)
      if (found === null || site === null || isNothing(found)) return NOTHING
      const doer = { operations: homeOperations(place.home), actor: 'import' }
      const done = await importPlanned([{ site, plan: found }], doer)
      if (E.isLeft(done)) throw new SettingsProblem(describe(done.left))
      return done.right[0] ?? NOTHING
    } catch (cause) {
      return { successes: [], failures: [settingsFailure(cause, cwd)] }
    }
  }
})

/** One importer for each type of settings. */
export const SETTINGS_IMPORTERS: ReadonlyArray<ItemImporter> = SETTINGS_PLANNERS.map(importerOf)
