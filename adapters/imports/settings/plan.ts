/**
 * What an import of settings would write, and what it leaves out. Detecting, trying and importing all begin with it.
 */
import type { LeftOutPart } from '../../../domain/imports/settings/settings.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { ItemType } from '../item.ts'

/** A new file or folder. */
export type NewEntry =
  | {
      readonly kind: 'file'
      readonly path: string
      readonly content: string | Uint8Array
      readonly mode: number
    }
  | { readonly kind: 'folder'; readonly path: string }

/** One change on the disk. */
export type SettingsWrite =
  | NewEntry
  /** A folder that appears with everything in it: half a skill would count as one. */
  | { readonly kind: 'tree'; readonly path: string; readonly entries: ReadonlyArray<NewEntry> }
  | {
      readonly kind: 'config'
      readonly path: string
      /** Values that it gets. */
      readonly added: JsonObject
    }

export interface SettingsPlan {
  readonly itemType: ItemType
  readonly description: string
  /** Names of what is in it; null where there is one thing. */
  readonly names: ReadonlyArray<string> | null
  /** Where one thing comes from and goes to; null where there are names. */
  readonly whole: { readonly source: string; readonly target: string } | null
  /** In the order in which they are made. */
  readonly writes: ReadonlyArray<SettingsWrite>
  readonly leftOut: ReadonlyArray<LeftOutPart>
}

/** True for a plan that only says what is left out. */
export const isNothing = ({ names, writes }: SettingsPlan): boolean =>
  names === null ? writes.length === 0 : names.length === 0
