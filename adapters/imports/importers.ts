/**
 * What can be imported besides sessions, in the order in which it is found.
 */
import type { ItemImporter } from './item.ts'

/** Every type of item but sessions. */
export const IMPORTERS: ReadonlyArray<ItemImporter> = []
