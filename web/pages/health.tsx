/**
 * Health.
 */
import { HomePage } from '../parts/home-page.tsx'
import type { Query } from '../routes.ts'

export const HealthPage = (_: { readonly query: Query }) => (
  <HomePage title="Health">{null}</HomePage>
)
