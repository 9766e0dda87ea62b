/**
 * Storage.
 */
import { HomePage } from '../parts/home-page.tsx'
import type { Query } from '../routes.ts'

export const StoragePage = (_: { readonly query: Query }) => (
  <HomePage title="Storage">{null}</HomePage>
)
