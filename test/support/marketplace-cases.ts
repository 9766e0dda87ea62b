/**
 * Requests about marketplaces of this machine, and the folders that they are about, from `test/fixtures/marketplace-cases`.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../../domain/json.ts'
import { FIXTURES } from './fixture-home.ts'

/** A file by its text or its value, a link by its target; a path that ends in `/` is a folder. */
export type Planted = string | { readonly json: Json } | { readonly link: string }

/** A method and its parameters; `write` plants files. */
type Step = readonly [method: string, params: Json]

export interface MarketplaceCase {
  readonly name: string
  readonly plant: Readonly<Record<string, Planted>>
  readonly config?: string
  readonly steps: ReadonlyArray<Step>
  /** Eras that have every method of it; all where it is missing. */
  readonly since?: '0.142'
}

/** Every case, in order. */
export const MARKETPLACE_CASES = JSON.parse(
  readFileSync(join(FIXTURES, 'marketplace-cases', 'cases.json'), 'utf8')
) as ReadonlyArray<MarketplaceCase>
