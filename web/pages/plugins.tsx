/**
 * Plugins.
 */
import { HomePage } from '../parts/home-page.tsx'
import type { Query } from '../routes.ts'

export const PluginsPage = (_: { readonly query: Query }) => (
  <HomePage title="Plugins">{null}</HomePage>
)
