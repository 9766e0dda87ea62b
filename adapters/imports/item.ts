/**
 * What can be imported from another agent, a type of item each: its sessions, its settings. Clients name items by these types, and
 * every type is one `ItemImporter`; the methods `externalAgentConfig/*` and the command line go through a list of them.
 *
 * Source: `externalAgentConfig/*` of Codex 0.130.0, 0.142.5 and 0.169.0.
 */
import type { JsonObject } from '../../domain/json.ts'
import type { ProfileName } from '../../domain/log/profile.ts'

/** Types of items, in the order in which results name them. `MEMORY` came with 0.169. */
export const ITEM_TYPES = [
  'CONFIG',
  'SKILLS',
  'AGENTS_MD',
  'PLUGINS',
  'MCP_SERVER_CONFIG',
  'SUBAGENTS',
  'HOOKS',
  'COMMANDS',
  'MEMORY',
  'SESSIONS'
] as const

export type ItemType = (typeof ITEM_TYPES)[number]

/** One thing that can be imported, as clients see it and send it back. */
export interface ImportItem {
  readonly itemType: ItemType
  readonly description: string
  /** The repository it belongs to; null for what belongs to the user. */
  readonly cwd: string | null
  /** Names of what it holds, by kind; null where there is nothing to name. */
  readonly details: JsonObject | null
}

/** Who imports, from where and to where. */
export interface ImportPlace {
  /** Absolute path of `$CODEX_HOME`. */
  readonly home: string
  /** Absolute path of the folder that holds `.claude` and `.cursor`. */
  readonly userHome: string
  readonly profile: ProfileName
  /** Name of the agent: `claude` or `cursor`. */
  readonly from: string
}

/** Something that was imported. */
export interface ItemSuccess {
  readonly cwd: string | null
  readonly source: string | null
  readonly target: string | null
  readonly title: string | null
}

/** Something that was not imported, and why. */
export interface ItemFailure {
  readonly errorType: string | null
  readonly subErrorType: string | null
  readonly failureStage: string
  readonly message: string
  readonly cwd: string | null
  readonly source: string | null
}

/** What came of an item. */
export interface ItemOutcome {
  readonly successes: ReadonlyArray<ItemSuccess>
  readonly failures: ReadonlyArray<ItemFailure>
}

/** One type of item. What fails is told in the outcome; a rejection is a defect. */
export interface ItemImporter {
  readonly itemType: ItemType
  /** What there is to import: of the user where `cwd` is null, else of that directory. Null for nothing. */
  readonly detect: (place: ImportPlace, cwd: string | null) => Promise<ImportItem | null>
  /** Imports it; the disk is read anew, the details of the item are only names. */
  readonly run: (place: ImportPlace, item: ImportItem) => Promise<ItemOutcome>
}
