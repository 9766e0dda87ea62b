/**
 * What can be imported besides sessions, in the order in which it is found.
 */
import type { ItemImporter } from './item.ts'
import { SETTINGS_IMPORTERS } from './settings/importers.ts'

/** Every type of item but sessions. */
export const IMPORTERS: ReadonlyArray<ItemImporter> = SETTINGS_IMPORTERS
